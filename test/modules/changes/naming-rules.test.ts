import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import {
  commit,
  nameOf,
  naming,
  PROPOSE,
  propose,
  SCOPES,
  SCOPES_CONSTRUCTORS,
  setNames,
  staged,
  told,
  type Edit,
} from './support.js';

let service: TestService;
let user: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  user = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES, 'constructors.txt': SCOPES_CONSTRUCTORS });
});
afterAll(() => service.close());

// The field is in a class without the method.
const MEMBERS = ['func_10_a', 'field_4_a', 'p_10_1_'];
/** What a dry run tells of a name for a method, a field and a parameter. */
const ofAll = async (name: string) =>
  told(
    await propose(
      maintainer,
      MEMBERS.map((srg) => ({ srg, name })),
      { version, dryRun: true, force: true },
    ),
  );
/** What a dry run tells of one name. */
const of = async (srg: string, name: string) =>
  told(await propose(maintainer, [{ srg, name }], { version, dryRun: true, force: true }));
const documented = async (documentation: string, srg = 'field_1_a') =>
  told(await propose(user, [{ srg, documentation }], { version, dryRun: true }));
const edits = async (changes: Edit[]) => told(await propose(user, changes, { version }));

describe('the spelling of a name', () => {
  test.each([
    ['1st', 'NOT_AN_IDENTIFIER'],
    ['two words', 'NOT_AN_IDENTIFIER'],
    ['dash-ed', 'NOT_AN_IDENTIFIER'],
    ['größe', 'NOT_AN_IDENTIFIER'],
    // Cyrillic letters that look like Latin ones.
    ['а', 'NOT_AN_IDENTIFIER'],
    ['tick\u200b', 'NOT_AN_IDENTIFIER'],
    ['tick\ud800', 'NOT_AN_IDENTIFIER'],
    ['net/tick', 'NOT_AN_IDENTIFIER'],
    ['a.b', 'NOT_AN_IDENTIFIER'],
    ['tick();//', 'NOT_AN_IDENTIFIER'],
    ['x,"y', 'NOT_AN_IDENTIFIER'],
    ['<clinit>', 'NOT_AN_IDENTIFIER'],
    ['class', 'RESERVED_WORD'],
    ['true', 'RESERVED_WORD'],
    ['null', 'RESERVED_WORD'],
    ['_', 'RESERVED_WORD'],
    ['goto', 'RESERVED_WORD'],
    ['strictfp', 'RESERVED_WORD'],
    ['isWithinHomeDistanceCurrentPosition', 'TOO_LONG'],
    ['x'.repeat(33), 'TOO_LONG'],
  ])('%j is %s', async (name, code) => {
    expect(await ofAll(name)).toEqual(MEMBERS.map((_, i) => `${code} changes.${i}.name`));
  });

  test.each(['x'.repeat(32), '$', 'a1', '_a', 'Enum'.toLowerCase() + 's', 'record', 'var', 'yield', 'tick$1'])(
    '%j is none of these',
    async (name) => {
      expect(await ofAll(name)).toEqual([]);
    },
  );

  test('blanks around it do not count', async () => {
    const [change] = await staged(user, [{ srg: ' field_1_a ', name: ' age\n' }], { version });
    expect(change).toMatchObject({ srg: 'field_1_a', newName: 'age' });
  });

  test('a zero byte is refused, and nothing of the call is written', async () => {
    for (const edit of [
      { srg: 'field_1_a', name: 'a\0b' },
      { srg: 'field_1_a\0', name: 'age' },
    ]) {
      const input = { version, changes: [...naming({ field_2_b: 'size' }), edit] };
      expect(await user.refused(PROPOSE, { input })).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    }
    expect(await nameOf(service, version, 'field_2_b')).toBe('-');
  });

  test('errors are not overridden by force', async () => {
    for (const [name, code] of [
      ['1st', 'NOT_AN_IDENTIFIER'],
      ['class', 'RESERVED_WORD'],
      ['x'.repeat(33), 'TOO_LONG'],
      ['x'.repeat(100_000), 'TOO_LONG'],
    ]) {
      const outcome = await propose(maintainer, [{ srg: 'field_1_a', name }], { version, force: true });
      expect(outcome).toMatchObject({ changes: [], batch: null, userErrors: [{ code, severity: 'ERROR' }] });
    }
  });

  test('TOO_LONG is for new names: an old one stays, and may come back', async () => {
    const long = 'isWithinHomeDistanceCurrentPosition';
    await setNames(service, version, { func_10_a: long });
    expect(await edits([{ srg: 'func_10_a', documentation: 'Whether it is near its home.' }])).toEqual([]);
    expect(await edits([{ srg: 'func_10_a', name: long, documentation: 'Whether it is near.' }])).toEqual([]);
    await staged(maintainer, naming({ func_10_a: 'isNearHome' }), { version, force: true });
    expect(told(await propose(maintainer, naming({ func_10_a: long }), { version }))).toEqual([]);
  });
});

describe('warnings of style', () => {
  test.each([
    ['func_10_a', 'Tick', ['STYLE_CASE?']],
    ['func_10_a', 'TICK', ['STYLE_CASE?']],
    ['p_10_1_', 'Count', ['STYLE_CASE?']],
    ['p_10_1_', 'MAX', ['STYLE_CASE?']],
    ['field_1_a', 'Age', ['STYLE_CASE?']],
    ['field_1_a', 'MIN_AGE', []],
    ['field_1_a', 'MAX_Age', ['STYLE_CONSTANT?']],
    ['field_2_b', 'maxAge', ['STYLE_CONSTANT?']],
    ['field_2_b', 'MaxAge', ['STYLE_CONSTANT?']],
    ['field_2_b', 'LAST_AGE', []],
    ['field_3_a', 'y', []],
    ['field_1_a', 'aBC', []],
    ['net/minecraft/Alpha', 'alpha2', ['STYLE_CASE?']],
    ['net/minecraft/Alpha', 'net/minecraft/_Alpha', []],
  ])('%s as %s: %j', async (srg, name, codes) => {
    await setNames(service, version, { field_2_b: 'MAX_AGE', field_3_a: 'X' });
    expect(await of(srg, name)).toEqual(codes.map((code) => `${code} changes.0.name`));
  });

  test.each([
    'i',
    'j1',
    'k',
    'l12',
    'd0',
    'b1',
    'f2',
    'c3',
    's4',
    'flag',
    'flag2',
    'astring',
    'astring1',
    'aint',
    'olong',
    'short1',
  ])('RESERVED_LOCAL: a parameter named %s, but no field', async (name) => {
    expect(await of('p_10_1_', name)).toEqual(['RESERVED_LOCAL? changes.0.name']);
    expect(await of('field_1_a', name)).toEqual([]);
  });

  test.each(['m1', 'b', 'd', 'flagged', 'index', 'items', 'areas', 'alone'])('%s is no such name', async (name) => {
    expect(await of('p_10_1_', name)).toEqual([]);
  });
});

describe('SHADOWS_FIELD', () => {
  test('a parameter called like a field of a class that carries its method', async () => {
    await setNames(service, version, { field_1_a: 'age', field_3_a: 'water', field_4_a: 'far' });
    expect(await of('p_10_1_', 'age')).toEqual(['SHADOWS_FIELD? changes.0.name field_1_a']);
    expect(await of('p_10_1_', 'water')).toEqual(['SHADOWS_FIELD? changes.0.name field_3_a']);
    expect(await of('p_11_1_', 'water')).toEqual([]);
    expect(await of('p_10_1_', 'far')).toEqual([]);
    expect(await of('p_i100_1_', 'age')).toEqual(['SHADOWS_FIELD? changes.0.name field_1_a']);
    // A field may be called like a parameter.
    await setNames(service, version, { p_10_1_: 'count' });
    expect(await of('field_1_a', 'count')).toEqual([]);
  });

  test('by a staged name, or by one of the same call', async () => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    expect(await of('p_10_1_', 'age')).toEqual(['SHADOWS_FIELD? changes.0.name field_1_a']);
    const both = naming({ p_10_1_: 'size', field_2_b: 'size' });
    expect(told(await propose(user, both, { version, dryRun: true }))).toEqual([
      'SHADOWS_FIELD? changes.0.name field_2_b',
    ]);
  });
});

test('SHADOWS_CLASS: a parameter called like a class', async () => {
  expect(await of('p_10_1_', 'Gamma')).toEqual([
    'STYLE_CASE? changes.0.name',
    'SHADOWS_CLASS? changes.0.name net/minecraft/Gamma',
  ]);
  expect(await of('field_1_a', 'Gamma')).toEqual(['STYLE_CASE? changes.0.name']);
});

describe('what takes no name', () => {
  test('CONSTRUCTOR, FIXED_NAME: not by force either, but documentation', async () => {
    expect(await of('i100', 'create')).toEqual(['CONSTRUCTOR changes.0.name']);
    expect(await of('equals', 'isSame')).toEqual(['FIXED_NAME changes.0.name']);
    expect(await of('ONE', 'TWO')).toEqual(['FIXED_NAME changes.0.name']);
    expect(await of('ONE', '')).toEqual(['FIXED_NAME changes.0.name']);
    const changes = ['i100', 'equals', 'ONE'].map((srg) => ({ srg, documentation: `What ${srg} is.` }));
    await staged(user, changes, { version });
    expect(told(await commit(maintainer, { version }))).toEqual([]);
    expect(await nameOf(service, version, 'i100')).toBe('<init>');
    // Its number alone is enough; saying its own name changes nothing.
    expect(await edits([{ srg: '100', documentation: 'Other.' }])).toEqual([]);
    expect(await edits([{ srg: 'ONE', name: 'ONE', documentation: 'The first.' }])).toEqual([]);
  });
});

describe('classes', () => {
  test('are renamed by force, and keep their package when it is not given', async () => {
    expect(await edits(naming({ 'net/minecraft/Gamma': 'Omega' }))).toEqual([
      'ALREADY_NAMED changes.0.name net/minecraft/Gamma',
    ]);
    await staged(maintainer, naming({ 'net/minecraft/Gamma': 'Omega', 'net/minecraft/Gamma$Delta': 'Omega$Delta' }), {
      version,
      force: true,
    });
    expect(await nameOf(service, version, 'net/minecraft/Gamma')).toBe('net/minecraft/Gamma -> net/minecraft/Omega');
    expect(await nameOf(service, version, 'net/minecraft/Gamma$Delta')).toBe(
      'net/minecraft/Gamma$Delta -> net/minecraft/Omega$Delta',
    );
  });

  test.each([
    ['net.other.Alpha2', []],
    ['net//Alpha', ['NOT_AN_IDENTIFIER']],
    ['/Alpha', ['NOT_AN_IDENTIFIER']],
    ['net/minecraft/', ['NOT_AN_IDENTIFIER']],
    ['../../../etc/passwd', ['NOT_AN_IDENTIFIER']],
    ['net/class/Alpha', ['RESERVED_WORD']],
    [`net/minecraft/${'X'.repeat(33)}`, ['TOO_LONG']],
    [`${'net/'.repeat(64)}Alpha`, ['TOO_LONG']],
    [`${'net/'.repeat(60)}Alpha`, []],
  ])('%s: %j', async (name, codes) => {
    expect(await of('net/minecraft/Alpha', name)).toEqual(codes.map((code) => `${code} changes.0.name`));
  });
});

describe('documentation', () => {
  test('is kept with line feeds alone and without blanks around it', async () => {
    const [change] = await staged(user, [{ srg: 'func_10_a', documentation: ' One.\r\n\r\nTwo.\rThree.\t\n ' }], {
      version,
    });
    expect(change).toMatchObject({ newName: null, newDocumentation: 'One.\n\nTwo.\nThree.', oldDocumentation: null });
  });

  test('is taken away by an empty one; the name stays', async () => {
    await staged(user, [{ srg: 'func_10_a', name: 'tick', documentation: 'Ticks.' }], { version });
    const [change] = await staged(user, [{ srg: 'func_10_a', documentation: ' ' }], { version });
    expect(change).toMatchObject({ newName: 'tick', newDocumentation: null });
  });

  test.each([
    ['ends */ here'],
    ['a\0b'],
    ['bell\u0007'],
    ['escape\u001b[31m'],
    ['half \ud83c of a pair'],
    // Java reads escapes in comments too.
    ['ends *\\u002f here'],
    ['C:\\users'],
    ['x'.repeat(20_001)],
  ])('INVALID_INPUT: %#', async (text) => {
    expect(await documented(text)).toEqual(['INVALID_INPUT changes.0.documentation']);
    expect(
      told(await propose(maintainer, [{ srg: 'field_1_a', documentation: text }], { version, force: true })),
    ).toEqual(['INVALID_INPUT changes.0.documentation']);
  });

  test.each(['x'.repeat(20_000), 'Größe 🌱 <b>"&', '@return never', 'a\tb', 'C:\\new'])('fine: %#', async (text) => {
    expect(await documented(text)).toEqual([]);
  });
});
