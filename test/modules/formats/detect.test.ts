import { describe, expect, test } from 'vitest';
import {
  isSrgId,
  parseCsrg,
  parseJson,
  parseMappings,
  parseProguard,
  parseSrg,
  parseTiny1,
  parseTiny2,
  parseTsrg,
  parseTsrg2,
} from '../../../src/modules/formats/index.js';
import { describeReal, realFile } from './real-data.js';
import { bytes, expectLinear, formatError } from './support.js';

const READERS = [parseTsrg, parseTsrg2, parseSrg, parseCsrg, parseTiny1, parseTiny2, parseProguard, parseJson];

const parse = (text: string, file = 'joined.map') => parseMappings(file, bytes(text));

describe('detection', () => {
  test('by content, whatever the name', () => {
    expect(parse('CL: a b\n', 'x.tsrg').format).toBe('SRG');
    expect(parse('# c\na b\nc d\n\te f\n', 'x.csrg').format).toBe('TSRG');
    expect(parse('a b\na f c\n', 'x.tsrg').format).toBe('CSRG');
    expect(parse('a b\n', 'x.tsrg').format).toBe('TSRG');
    expect(parse('a b\n', 'x.csrg').format).toBe('CSRG');
    expect(parse('v1\ta\tb\nCLASS\ta\tb\n', 'x.tsrg').format).toBe('TINY1');
    expect(parse('tiny\t2\t0\ta\tb\nc\ta\tb\n', 'x.tsrg').format).toBe('TINY2');
    expect(parse('# pg\na.B -> c.D:\n', 'x.tsrg').format).toBe('PROGUARD');
    expect(parse(`{"format":"mcp-mappings","formatVersion":1,"classes":[\n{"obf":"a","srg":"A"}\n]}\n`).format).toBe(
      'JSON',
    );
  });

  test.each([
    ['<!DOCTYPE html>\n<html>', 'x:1: the file is HTML or XML, not a mapping file'],
    ['{\n  "a": 1\n}', `x:1: the file is JSON, but not the service's own, which starts with {"format":"mcp-mappings",`],
    ['[1]', `x:1: the file is JSON, but not the service's own, which starts with {"format":"mcp-mappings",`],
    ['searge,name,side,desc\r\n', 'x:1: the file is CSV, not a mapping file'],
    ['"searge","name"\n', 'x:1: the file is CSV, not a mapping file'],
    ['v1\tofficial\tnamed\n', 'x: the file holds no mappings'],
    ['tiny\t2\t0\ta\tb\n', 'x: the file holds no mappings'],
    ['# pg\na.B -> c.D:d\n', 'x:2: "a.B" is not a class name'],
    ['PK\u0003\u0004\u0000', 'x: the file is a zip archive, not a mapping file'],
    ['hello\n', 'x:1: "hello" is no line of a mapping file'],
    ['one two three four five\n', 'x:1: "one two three four five" is no line of a mapping file'],
    ['', 'x: the file holds no mappings'],
    ['\n# nothing\n', 'x: the file holds no mappings'],
    ['tsrg2 obf srg\n', 'x: the file holds no mappings'],
    ['PK: a b\n', 'x: the file holds no mappings'],
    ['p/ q/\n', 'x: the file holds no mappings'],
  ])('refuses %j', (input, message) => {
    expect(formatError(() => parse(input, 'x')).message).toBe(message);
  });

  test('not UTF-8', () => {
    const bad = Buffer.concat([bytes('a A\n\ta b'), Buffer.from([0xff, 0x0a])]);
    expect(formatError(() => parseMappings('x', bad)).message).toBe('x:2: the line is not UTF-8 text');
  });

  test('hostile input takes linear time', () => {
    const swallow = (text: string) => {
      for (const read of READERS) formatError(() => read('x', text));
      formatError(() => parse(text));
    };
    for (const piece of ['a ', '\t', ' #', 'a a\t', '(', 'MD: ', ' -> ', '\\', ':', '[]', '[{']) {
      expectLinear(swallow, (size) => piece.repeat(size), 30_000);
    }
  });
});

describeReal('mapping files', () => {
  test.each([
    ['1.12.2', 3_344, 11_915, 10_695, 20_817, 9_684],
    ['1.16.5', 5_447, 21_481, 19_841, 38_359, 23_212],
  ])('%s', (version, classes, fields, uniqueFields, methods, uniqueMethods) => {
    const set = parseMappings('joined.tsrg', realFile(`versions/${version}/joined.tsrg`));
    const unique = (members: { srg: string }[]) => new Set(members.map(({ srg }) => srg).filter(isSrgId)).size;
    expect(set.format).toBe('TSRG');
    expect(set.classes).toHaveLength(classes);
    expect([set.fields.length, unique(set.fields)]).toEqual([fields, uniqueFields]);
    expect([set.methods.length, unique(set.methods)]).toEqual([methods, uniqueMethods]);
    const first = set.classes[0];
    expect(first?.obf).toBe('a');
    expect(set.fields[0]?.owner).toBe('a');
  });

  test('every cut of the last lines is told or leaves whole lines', () => {
    const whole = realFile('versions/1.12.2/joined.tsrg').toString();
    const head = whole.slice(0, whole.indexOf('\n', 4_000) + 1);
    let refused = 0;
    for (let end = head.lastIndexOf('\n', head.length - 200); end < head.length; end++) {
      try {
        parseMappings('joined.tsrg', bytes(head.slice(0, end)));
      } catch (error) {
        expect(String(error)).toContain('the file may be cut');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
