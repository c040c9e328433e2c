import { describe, expect, test } from 'vitest';
import { readVersion } from '../../../src/modules/imports/read-source.js';
import { planVersion, type VersionPlan } from '../../../src/modules/imports/version-plan.js';
import { CONSTRUCTORS, filesSource, JOINED, type Files } from './support.js';

const plan = async (files: Files, known: Record<string, boolean> = {}): Promise<VersionPlan> =>
  planVersion((await readVersion(filesSource(files))).files, new Map(Object.entries(known)));

const entry = (planned: VersionPlan, srg: string) => planned.entries.find((candidate) => candidate.srg === srg);

/** The parameter ids of a method with their slots. */
const parameters = ({ entries }: VersionPlan, method: string) =>
  Object.fromEntries(entries.filter((e) => e.method === method).map(({ srg, slot }) => [srg, slot]));

const throwing = ({ declarations }: VersionPlan, member: string) =>
  declarations.filter((declaration) => declaration.member === member).map(({ exceptions }) => exceptions);

const SRG = `PK: ./ net/minecraft
CL: a net/minecraft/Alpha
CL: b net/minecraft/Alpha$Beta
CL: c net/minecraft/Gamma
FD: a/a net/minecraft/Alpha/field_1_a
FD: a/b net/minecraft/Alpha/field_2_b_
FD: a/ONE net/minecraft/Alpha/ONE
MD: a/a (IJLa;)V net/minecraft/Alpha/func_10_a (IJLnet/minecraft/Alpha;)V
MD: a/b (La;D)Lc; net/minecraft/Alpha/func_11_b_ (Lnet/minecraft/Alpha;D)Lnet/minecraft/Gamma;
MD: a/c ()V net/minecraft/Alpha/func_12_c__ ()V
MD: a/d (II)V net/minecraft/Alpha/func_13_d (II)V
MD: a/equals (Ljava/lang/Object;)Z net/minecraft/Alpha/equals (Ljava/lang/Object;)Z
FD: b/a net/minecraft/Alpha$Beta/field_3_a
MD: b/q (IJLa;)V net/minecraft/Alpha$Beta/func_10_a (IJLnet/minecraft/Alpha;)V
MD: b/equals (Ljava/lang/Object;)Z net/minecraft/Alpha$Beta/equals (Ljava/lang/Object;)Z
MD: c/z (IJLa;)V net/minecraft/Gamma/func_10_a (IJLnet/minecraft/Alpha;)V
MD: c/a (Lb;)Z net/minecraft/Gamma/func_14_a (Lnet/minecraft/Alpha$Beta;)Z
`;
const XSRG = SRG.replace(/^FD: (\S+) (\S+)$/gm, 'FD: $1 I $2 I');
const TSRG2 = `tsrg2 obf srg\n${JOINED}`;
// CSRG has no indentation: every member names its class.
const CSRG = JOINED.split('\n')
  .reduce<{ owner: string; lines: string[] }>(
    ({ owner, lines }, line) =>
      line.startsWith('\t')
        ? { owner, lines: [...lines, `${owner} ${line.slice(1)}`] }
        : { owner: line.split(' ')[0]!, lines: [...lines, line] },
    { owner: '', lines: [] },
  )
  .lines.join('\r\n');

describe('what files come to', () => {
  test('every id once, declared in each class that carries it, with parameters by slot', async () => {
    const planned = await plan({ 'joined.tsrg': JOINED, 'constructors.txt': CONSTRUCTORS });
    const listed = planned.entries.map(({ kind, srg, name }) => `${kind} ${srg}${name === null ? '' : ` = ${name}`}`);
    expect(listed.sort()).toEqual(
      [
        'CLASS net/minecraft/Alpha = net/minecraft/Alpha',
        'CLASS net/minecraft/Alpha$Beta = net/minecraft/Alpha$Beta',
        'CLASS net/minecraft/Gamma = net/minecraft/Gamma',
        'FIELD ONE = ONE',
        'FIELD field_1_a',
        'FIELD field_2_b_',
        'FIELD field_3_a',
        'METHOD equals = equals',
        'METHOD func_10_a',
        'METHOD func_11_b_',
        'METHOD func_12_c__',
        'METHOD func_13_d',
        'METHOD func_14_a',
        'METHOD i100 = <init>',
        'METHOD i101 = <init>',
        ...['p_10_1_', 'p_10_2_', 'p_10_4_', 'p_11_1_', 'p_11_2_', 'p_13_1_', 'p_13_2_', 'p_14_1_'],
        ...['p_i100_1_', 'p_i101_1_', 'p_i101_3_'],
      ].map((line) => (line.startsWith('p_') ? `PARAMETER ${line}` : line)),
    );
    expect(planned.declarations.filter(({ member }) => member === 'func_10_a')).toEqual(
      [
        ['net/minecraft/Alpha', 'a'],
        ['net/minecraft/Alpha$Beta', 'q'],
        ['net/minecraft/Gamma', 'z'],
      ].map(([owner, obf]) => ({
        owner,
        kind: 'METHOD',
        member: 'func_10_a',
        obf,
        obfDescriptor: '(IJLa;)V',
        srgDescriptor: '(IJLnet/minecraft/Alpha;)V',
        exceptions: [],
      })),
    );
    expect(planned.declarations.filter(({ member }) => member === 'equals')).toHaveLength(2);
    expect(entry(planned, 'equals')).toMatchObject({ fixed: true, srgIndex: null });
    expect(planned.declarations.find(({ member }) => member === 'i101')).toMatchObject({
      obf: '<init>',
      obfDescriptor: '(JLa;)V',
    });
    expect(planned.unknownStaticness).toEqual(['func_10_a', 'func_11_b_', 'func_12_c__', 'func_13_d', 'func_14_a']);
  });

  test.each([
    ['SRG', 'joined.srg', SRG],
    ['XSRG', 'joined.srg', XSRG],
    ['CSRG', 'joined.csrg', CSRG],
    ['TSRG2', 'joined.tsrg', TSRG2],
  ])('%s says the same as TSRG', async (format, file, text) => {
    const ours = await plan({ 'joined.tsrg': JOINED, 'constructors.txt': CONSTRUCTORS });
    const theirs = await plan({ [file]: text, 'constructors.txt': CONSTRUCTORS });
    expect(theirs.entries).toEqual(ours.entries);
    // Descriptors of fields are what XSRG says more.
    const described = theirs.declarations.filter((d) => d.kind === 'FIELD' && d.srgDescriptor === 'I');
    expect(described).toHaveLength(format === 'XSRG' ? 4 : 0);
    const bare = ({ declarations }: VersionPlan) =>
      declarations.map((d) => (d.kind === 'FIELD' ? { ...d, obfDescriptor: null, srgDescriptor: null } : d));
    expect(bare(theirs)).toEqual(bare(ours));
    expect(theirs.unknownStaticness).toEqual(ours.unknownStaticness);
  });

  test('TSRG2: its own parameters and constructors, and marks of static methods', async () => {
    const planned = await plan({
      'joined.tsrg': `tsrg2 obf srg id
a net/minecraft/src/C_1_ 1
	a f_2_ 2
	<init> (JI)V <init> 3
		1 o p_9_ 9
	<clinit> ()V <clinit> 4
		static
	a (JLa;)V m_5_ 5
		static
		1 o p_6_ 6
	b (JLa;)V m_7_ 7
		1 o p_8_ 8
	c (Z)V valueOf 9
		0 o flag 10
`,
    });
    expect(entry(planned, 'net/minecraft/src/C_1_')).toMatchObject({ name: null, srgIndex: 1, obf: 'a' });
    expect(entry(planned, 'm_5_')).toMatchObject({ isStatic: true, srgIndex: 5 });
    expect(entry(planned, 'm_7_')).toMatchObject({ isStatic: false });
    expect(parameters(planned, 'm_5_')).toEqual({ p_6_: 2 });
    expect(parameters(planned, 'm_7_')).toEqual({ p_8_: 3 });
    expect(parameters(planned, 'valueOf')).toEqual({});
    const constructor = planned.entries.find(({ isConstructor }) => isConstructor)!;
    expect(constructor).toMatchObject({ name: '<init>', fixed: true, isStatic: false });
    expect(parameters(planned, constructor.srg)).toEqual({ p_9_: 3 });
    expect(planned.entries.map(({ srg }) => srg)).not.toContain('<clinit>');
    expect(planned.unknownStaticness).toEqual([]);
  });

  test('TSRG2 that marks nothing: its methods are of unknown staticness', async () => {
    const planned = await plan({ 'joined.tsrg': 'tsrg2 obf srg\na A\n\ta (I)V func_1_a\n\t\t0 o p_1_1_\n' });
    expect(planned.unknownStaticness).toEqual(['func_1_a']);
  });
});

describe('staticness', () => {
  const statics = (list: string) => ({ 'joined.tsrg': JOINED, 'static_methods.txt': list });

  test('a list of statics decides of every method', async () => {
    const planned = await plan(statics('func_10_a\nfunc_13_d\nfunc_99_x\n'));
    expect(parameters(planned, 'func_10_a')).toEqual({ p_10_0_: 0, p_10_1_: 1, p_10_3_: 3 });
    expect(parameters(planned, 'func_13_d')).toEqual({ p_13_0_: 0, p_13_1_: 1 });
    expect(parameters(planned, 'func_14_a')).toEqual({ p_14_1_: 1 });
    expect(entry(planned, 'func_14_a')).toMatchObject({ isStatic: false });
    expect(planned.unknownStaticness).toEqual([]);
  });

  test('an empty list says that none is static; no list says nothing', async () => {
    expect((await plan(statics(''))).unknownStaticness).toEqual([]);
    expect((await plan({ 'joined.tsrg': JOINED })).unknownStaticness).toHaveLength(5);
  });

  test('the first slot of an .exc tells, but not of library methods, constructors and other methods', async () => {
    const planned = await plan({
      'joined.tsrg': JOINED,
      'joined.exc': `net/minecraft/Alpha.func_10_a(IJLnet/minecraft/Alpha;)V=|p_10_0_,p_10_1_,p_10_3_
net/minecraft/Alpha.func_13_d(II)V=java/io/IOException|p_13_1_,p_13_2_
net/minecraft/Alpha.equals(Ljava/lang/Object;)Z=|p_equals_1_
net/minecraft/Gamma.func_14_a(Lnet/minecraft/Alpha$Beta;)Z=|p_13_0_
`,
    });
    expect(parameters(planned, 'func_10_a')).toEqual({ p_10_0_: 0, p_10_1_: 1, p_10_3_: 3 });
    expect(entry(planned, 'func_13_d')).toMatchObject({ isStatic: false });
    expect(entry(planned, 'func_14_a')).toMatchObject({ isStatic: null });
    expect(parameters(planned, 'equals')).toEqual({});
    expect(planned.unknownStaticness).toEqual(['func_11_b_', 'func_12_c__', 'func_14_a']);
  });

  test('the list of statics is believed before the .exc, and both before earlier imports', async () => {
    const exc = 'net/minecraft/Alpha.func_13_d(II)V=|p_13_0_,p_13_1_\n';
    const known = { func_13_d: false, func_14_a: true };
    const all = await plan({ 'joined.tsrg': JOINED, 'joined.exc': exc, 'static_methods.txt': 'func_10_a\n' }, known);
    expect(['func_10_a', 'func_13_d', 'func_14_a'].map((srg) => entry(all, srg)?.isStatic)).toEqual([
      true,
      false,
      false,
    ]);
    const fewer = await plan({ 'joined.tsrg': JOINED, 'joined.exc': exc }, known);
    expect(['func_10_a', 'func_13_d', 'func_14_a'].map((srg) => entry(fewer, srg)?.isStatic)).toEqual([
      null,
      true,
      true,
    ]);
  });

  test('TSRG2 marks are believed first, and one mark is enough', async () => {
    const text = (first: string, second: string) =>
      `tsrg2 obf srg\na A\n\ta (II)V func_1_a\n${first}b B\n\ta (II)V func_1_a\n${second}`;
    for (const [first, second] of [
      ['\t\tstatic\n', ''],
      ['', '\t\tstatic\n'],
    ] as const) {
      const planned = await plan({ 'joined.tsrg': text(first, second), 'static_methods.txt': '' });
      expect(entry(planned, 'func_1_a')).toMatchObject({ isStatic: true });
      expect(parameters(planned, 'func_1_a')).toEqual({ p_1_0_: 0, p_1_1_: 1 });
    }
  });
});

describe('constructors', () => {
  const alpha = 'net/minecraft/Alpha';

  test('constructors.txt is believed before the .exc about an id and about a place', async () => {
    const planned = await plan({
      'joined.tsrg': JOINED,
      'constructors.txt': CONSTRUCTORS,
      'joined.exc': `${alpha}.<init>(II)V=|p_i100_1_,p_i100_2_
net/minecraft/Gamma.<init>(JL${alpha};)V=|p_i777_1_,p_i777_3_
${alpha}$Beta.<init>(F)V=java/io/IOException|p_i102_1_
`,
    });
    const constructors = planned.declarations.filter(({ obf }) => obf === '<init>');
    expect(constructors.map(({ owner, member, srgDescriptor }) => `${member} ${owner} ${srgDescriptor}`)).toEqual([
      `i100 ${alpha} (I)V`,
      `i101 net/minecraft/Gamma (JL${alpha};)V`,
      `i102 ${alpha}$Beta (F)V`,
    ]);
    expect(parameters(planned, 'i100')).toEqual({ p_i100_1_: 1 });
    expect(throwing(planned, 'i102')).toEqual([['java/io/IOException']]);
    expect(planned.entries.filter(({ isConstructor }) => isConstructor)).toHaveLength(3);
  });

  test('one that a TSRG2 lists too is one entry', async () => {
    const tsrg2 = (details: string) => `tsrg2 obf srg\na ${alpha}\n\t<init> (I)V <init>\n${details}`;
    const both = (details: string) =>
      plan({ 'joined.tsrg': tsrg2(details), 'constructors.txt': `100 ${alpha} (I)V\n` });
    const planned = await both('');
    expect(planned.entries.filter(({ isConstructor }) => isConstructor).map(({ srg }) => srg)).toEqual(['i100']);
    expect(planned.declarations).toHaveLength(1);
    expect(parameters(planned, 'i100')).toEqual({ p_i100_1_: 1 });
    expect(parameters(await both('\t\t0 o p_5_\n'), 'i100')).toEqual({ p_5_: 1 });
  });

  test('a mapping file tells an id too: by the parameters that it lists, or as it is', async () => {
    const tsrg2 = `tsrg2 obf srg\na ${alpha}\n\t<init> (IJ)V <init>\n\t\t1 o p_i55_2_\n`;
    const tiny = `tiny\t2\t0\tobf\tsrg\nc\ta\t${alpha}\n\tm\t(IJ)V\t<init>\t<init>\n\t\tp\t2\t\tp_i55_2_\n`;
    for (const file of [tsrg2, tiny]) {
      const planned = await plan({ mappings: file });
      expect(planned.declarations.map(({ member, srgDescriptor }) => [member, srgDescriptor])).toEqual([
        ['i55', '(IJ)V'],
      ]);
      expect(entry(planned, 'i55')).toMatchObject({ isConstructor: true, srgIndex: 55, name: '<init>' });
      expect(parameters(planned, 'i55')).toEqual({ p_i55_2_: 2 });
    }
    const json = [
      '{"format":"mcp-mappings","formatVersion":1,"classes":[',
      `{"obf":"a","srg":"${alpha}","methods":[{"obf":"<init>","srg":"<init>","obfDescriptor":"(La;)V","id":9}]}`,
      ']}',
    ].join('\n');
    const planned = await plan({ mappings: json });
    expect(planned.declarations.map(({ member, srgDescriptor }) => [member, srgDescriptor])).toEqual([
      ['i9', `(L${alpha};)V`],
    ]);
    // What constructors.txt says is believed.
    const both = await plan({ 'joined.tsrg': tsrg2, 'constructors.txt': `100 ${alpha} (IJ)V\n` });
    expect(both.declarations.map(({ member }) => member)).toEqual(['i100']);
  });

  test('of a class that the mapping file lacks: kept with its parameters, told, declared nowhere', async () => {
    const planned = await plan({ 'joined.tsrg': JOINED, 'constructors.txt': '7 net/minecraft/Gone (D)V\n' });
    expect(planned.strayConstructors).toEqual(['i7 net/minecraft/Gone (D)V']);
    expect(parameters(planned, 'i7')).toEqual({ p_i7_1_: 1 });
    expect(planned.declarations.some(({ member }) => member === 'i7')).toBe(false);
  });
});

describe('exceptions', () => {
  test('of exceptions.txt and .exc together; a line of parameters alone takes none away', async () => {
    const method = 'net/minecraft/Alpha func_13_d (II)V';
    const planned = await plan({
      'joined.tsrg': JOINED,
      'constructors.txt': CONSTRUCTORS,
      'exceptions.txt': `${method} java/io/IOException\nnet/minecraft/Alpha <init> (I)V java/io/IOException\n`,
      'joined.exc': `net/minecraft/Alpha.<init>(I)V=|p_i100_1_
net/minecraft/Alpha.func_13_d(II)V=java/io/EOFException,java/io/IOException|p_13_1_,p_13_2_
`,
    });
    expect(throwing(planned, 'i100')).toEqual([['java/io/IOException']]);
    expect(throwing(planned, 'func_13_d')).toEqual([['java/io/IOException', 'java/io/EOFException']]);
  });

  test('belong to one class and descriptor, not to the id', async () => {
    const line = 'net/minecraft/Alpha$Beta func_10_a (IJLnet/minecraft/Alpha;)V java/io/IOException\n';
    const planned = await plan({ 'joined.tsrg': JOINED, 'exceptions.txt': line });
    expect(throwing(planned, 'func_10_a')).toEqual([[], ['java/io/IOException'], []]);
  });
});

test('an id that is spelled like a member of the other kind is no id of this one', async () => {
  const planned = await plan({ 'joined.tsrg': 'a A\n\ta func_1_a\n\ta ()V field_1_a\n\tb ()V func_1_a\n' });
  const found = planned.entries.map(({ kind, srg, fixed }) => `${kind} ${srg} ${fixed}`);
  expect(found).toEqual(['CLASS A false', 'FIELD func_1_a true', 'METHOD field_1_a true', 'METHOD func_1_a false']);
});
