import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/modules/formats/index.js';
import { expectLinear, formatError } from './support.js';
import { written } from './written.js';

const HEAD = '{"format":"mcp-mappings","formatVersion":1,"gameVersion":"1.2.3","classes":[\n';
const withClass = (more: string): string => `${HEAD}{"obf":"a","srg":"A"${more}}\n]}\n`;
const withMethod = (more: string): string =>
  withClass(`,"methods":[{"obf":"b","srg":"c","obfDescriptor":"(I)V"${more}}]`);

describe('JSON', () => {
  test('is written: one class a line, everything that is known', () => {
    const text = written('JSON');
    expect(text.split('\n')).toEqual([
      HEAD.trimEnd(),
      '{"obf":"a","srg":"net/minecraft/Alpha","name":"net/minecraft/Änderung","documentation":"Two lines,\\nand a \\\\ too.",' +
        '"fields":[{"obf":"a","srg":"field_1_a","name":"größe","obfDescriptor":"I","srgDescriptor":"I",' +
        '"documentation":"In\\tblocks."},{"obf":"b","srg":"field_2_b"}],' +
        '"methods":[{"obf":"a","srg":"func_1_a","name":"mixTogether","obfDescriptor":"(J[[La$1;)La;",' +
        '"srgDescriptor":"(J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Alpha;","static":true,"side":"CLIENT",' +
        '"documentation":"Mixes.","parameters":[{"index":0,"slot":0,"srg":"p_1_0_","name":"seed",' +
        '"documentation":"where it starts"},{"index":1,"slot":2,"srg":"p_1_2_"}]},' +
        '{"obf":"b","srg":"func_2_b","obfDescriptor":"()V","srgDescriptor":"()V"},' +
        '{"obf":"<init>","srg":"<init>","obfDescriptor":"(Z)V","srgDescriptor":"(Z)V","id":7,"static":false,' +
        '"parameters":[{"index":0,"slot":1,"srg":"p_i7_1_","name":"isNew"}]}]},',
      '{"obf":"a$1","srg":"net/minecraft/Alpha$Inner","fields":[],"methods":[]},',
      '{"obf":"b","srg":"Root","fields":[],"methods":[{"obf":"equals","srg":"equals",' +
        '"obfDescriptor":"(Ljava/lang/Object;)Z","srgDescriptor":"(Ljava/lang/Object;)Z"}]}',
      ']}',
      '',
    ]);
    expect((JSON.parse(text) as { classes: unknown[] }).classes).toHaveLength(3);
    expect(written('JSON', ['MCP', 'OBF', 'SRG'])).toBe(text);
  });

  test('without a class it is still JSON', () => {
    expect(JSON.parse(written('JSON', undefined, []))).toMatchObject({ gameVersion: '1.2.3', classes: [] });
  });

  test('is read: everything comes back', () => {
    const set = parseJson('x', written('JSON'));
    expect(set.format).toBe('JSON');
    expect(set.classes[0]).toEqual({
      obf: 'a',
      srg: 'net/minecraft/Alpha',
      name: 'net/minecraft/Änderung',
      documentation: 'Two lines,\nand a \\ too.',
    });
    expect(set.fields).toEqual([
      {
        owner: 'a',
        obf: 'a',
        srg: 'field_1_a',
        name: 'größe',
        obfDescriptor: 'I',
        srgDescriptor: 'I',
        documentation: 'In\tblocks.',
      },
      { owner: 'a', obf: 'b', srg: 'field_2_b', obfDescriptor: null, srgDescriptor: null },
    ]);
    expect(set.methods[0]).toMatchObject({
      isStatic: true,
      name: 'mixTogether',
      parameters: [
        { index: 0, srg: 'p_1_0_', name: 'seed', documentation: 'where it starts' },
        { index: 1, srg: 'p_1_2_' },
      ],
    });
    expect(set.methods[2]).toMatchObject({ srg: '<init>', isStatic: false, constructorId: 7 });
  });

  test('CRLF, empty lines and keys of a later day change nothing', () => {
    const text = withMethod(',"colour":"red"').replaceAll('\n', '\r\n\r\n');
    expect(parseJson('x', text)).toEqual(parseJson('x', withMethod('')));
  });

  test.each([
    ['{}\n', 1, 'the first line does not start with {"format":"mcp-mappings",'],
    ['{"format":"mcp-mappings",\n', 1, 'the first line does not end with "classes":['],
    ['{"format":"mcp-mappings",x"classes":[\n', 1, 'the line is not JSON'],
    [HEAD.replace('1', '2'), 1, 'formatVersion "2" is not known; this service reads 1'],
    [HEAD, 1, 'the file ends without "]}": it may be cut'],
    [`${HEAD}{"obf":"a","srg":"A"},\n`, 2, 'the file ends without "]}": it may be cut'],
    [`${withClass('')}x\n`, 4, 'the file goes on after its end'],
    [`${HEAD}{"obf":"a","srg":"A"}\n{"obf":"b","srg":"B"}\n]}`, 3, 'a line is missing its comma before this one'],
    [`${HEAD}{"obf":"a"\n]}\n`, 2, 'the line is not JSON'],
    [`${HEAD}["a"]\n]}\n`, 2, 'the line is not a JSON object'],
    [`${HEAD}{"srg":"A"}\n]}\n`, 2, '"obf" is missing'],
    [`${HEAD}{"obf":"a"}\n]}\n`, 2, '"srg" is missing'],
    [`${HEAD}{"obf":1,"srg":"A"}\n]}\n`, 2, '"obf" is not a text'],
    [`${HEAD}{"obf":"a b","srg":"A"}\n]}\n`, 2, '"a b" is not a class name'],
    [withClass(',"documentation":{}'), 2, '"documentation" is not a text'],
    [withClass(',"fields":{}'), 2, '"fields" is not a list of objects'],
    [withClass(',"methods":[[]]'), 2, '"methods" is not a list of objects'],
    [withClass(',"fields":[{"obf":"b","srg":"c","obfDescriptor":"V"}]'), 2, '"V" is not a field descriptor'],
    [withClass(',"fields":[{"obf":"b;","srg":"c"}]'), 2, '"b;" is not a field name'],
    [withClass(',"methods":[{"obf":"b","srg":"c"}]'), 2, '"obfDescriptor" is missing'],
    [withMethod(',"srgDescriptor":"x"'), 2, '"x" is not a method descriptor'],
    [withMethod(',"static":"no"'), 2, '"static" is neither true nor false'],
    [withMethod(',"id":-1'), 2, '"id" is not a number from 0 on'],
    [withMethod(',"parameters":[{"index":1,"srg":"p"}]'), 2, 'parameter 1 of a method with 1 (positions start at 0)'],
    [withMethod(',"parameters":[{"index":0.5,"srg":"p"}]'), 2, '"index" is not a number from 0 on'],
    [withMethod(',"parameters":[{"index":0}]'), 2, '"srg" is missing'],
    [withMethod(',"parameters":[{"index":0,"srg":";"}]'), 2, '";" is not a parameter name'],
    [withMethod(',"parameters":[{"index":0,"srg":"p"},{"index":0,"srg":"q"}]'), 2, 'parameter 0 is mapped twice'],
    [`${HEAD}{"obf":"a","srg":"A"},\n{"obf":"a","srg":"B"}\n]}\n`, 3, 'class "a" is mapped twice, first in line 2'],
  ])('refuses %j', (input, line, reason) => {
    const hint = input.endsWith('\n') ? '' : ' (the last line, without a line end: the file may be cut)';
    const { message } = formatError(() => parseJson('f.json', input));
    expect(message.replace(hint, '')).toBe(`f.json:${line}: ${reason}`);
  });

  test('hostile input takes linear time', () => {
    for (const piece of ['[', '{"a":', '"', '{"obf":"a","srg":"A"},\n', '\n']) {
      const read = (text: string) => formatError(() => parseJson('x', text));
      expectLinear(read, (size) => HEAD + piece.repeat(size), 20_000);
    }
  });
});
