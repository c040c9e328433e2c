import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, signUpCast, type Cast } from '../roles/support.js';
import {
  nameOf,
  naming,
  namingState,
  propose,
  PROPOSE,
  SCOPES,
  SCOPES_CONSTRUCTORS,
  staged,
  told,
  versionId,
} from './support.js';

let service: TestService;
let cast: Cast;
let user: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  ({ user, maintainer } = cast);
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES, 'constructors.txt': SCOPES_CONSTRUCTORS });
});
afterEach(() => void vi.useRealTimers());
afterAll(() => service.close());

const send = async (client: TestClient, input: object) => outcomeOf(await client.send(PROPOSE, { input }));

describe('who may propose', () => {
  test('everyone with an account and the permission; a denied call changes nothing', async () => {
    const changes = naming({ field_1_a: 'age' });
    const before = await namingState(service);
    await expectDenied(service, cast, { anonymous: 'UNAUTHENTICATED', suspendedAdmin: 'UNAUTHENTICATED' }, (client) =>
      client.send(PROPOSE, { input: { version, changes } }),
    );
    const program = await programOf(service, cast.admin, [Permission.MAPPING_COMMIT, Permission.MAPPING_FORCE]);
    expect(await send(program, { version, changes })).toBe('FORBIDDEN');
    expect(await send(program, { version, changes, dryRun: true })).toBe('FORBIDDEN');
    expect(await namingState(service)).toEqual(before);

    const { user, contributor, maintainer, releaseManager, moderator, admin, staleAdmin, adminBot, adminProgram } =
      cast;
    const callers = [user, contributor, maintainer, releaseManager, moderator, admin, staleAdmin, adminProgram];
    for (const client of [...callers, adminBot.program]) {
      expect(await send(client, { version, changes, dryRun: true })).toBe('OK');
    }
    expect(await namingState(service)).toEqual(before);
  });

  test('force takes MAPPING_FORCE for the version, in a dry run too', async () => {
    const input = { version, changes: naming({ field_1_a: 'age' }), force: true };
    const cut = await programOf(service, maintainer, [Permission.MAPPING_PROPOSE]);
    const elsewhere = await signUp(service, {
      roles: [RoleName.MAINTAINER],
      gameVersionId: await versionId(service, '0.1'),
    });
    const before = await namingState(service);
    for (const client of [user, cast.contributor, cast.moderator, cut, elsewhere]) {
      expect(await send(client, input)).toBe('FORBIDDEN');
      expect(await send(client, { ...input, dryRun: true })).toBe('FORBIDDEN');
    }
    expect(await namingState(service)).toEqual(before);
    expect(await send(elsewhere, { ...input, version: '0.1', dryRun: true })).toBe('OK');
    expect(await send(elsewhere, { ...input, force: false })).toBe('OK');
    expect(await send(maintainer, { ...input, changes: naming({ field_1_a: 'years' }) })).toBe('OK');
  });

  test('HI3 author, time and state are not of the input', async () => {
    for (const extra of [
      { author: user.id },
      { createdAt: '2001-01-01T00:00:00Z' },
      { state: 'COMMITTED' },
      { via: 'x' },
    ]) {
      expect(await send(user, { version, changes: naming({ field_1_a: 'age' }), ...extra })).toBe('BAD_USER_INPUT');
    }
  });
});

describe('what is staged', () => {
  test('in the order of the input, as one batch, with everything that is known of it', async () => {
    const at = new Date('2030-01-02T03:04:05.678Z');
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(at);
    const late = await signUp(service);
    const outcome = await propose(
      late,
      [
        { srg: 'p_10_1_', name: 'count' },
        { srg: 'func_10_a', name: 'tick', documentation: 'Ticks.' },
        { srg: '1', documentation: 'Its age.' },
      ],
      { version, reason: ' as in the paper ' },
    );
    const [first] = outcome.changes;
    expect(told(outcome)).toEqual([]);
    expect(outcome.batch).toBe(first!.batch);
    const common = {
      state: 'STAGED',
      reason: 'as in the paper',
      forced: false,
      via: null,
      batch: first!.batch,
      createdAt: at.toISOString(),
      decidedAt: null,
      decidedBy: null,
      decisionReason: null,
      author: { handle: late.handle },
      version: { name: version },
      oldName: null,
      oldDocumentation: null,
    };
    expect(outcome.changes).toMatchObject([
      { ...common, kind: 'PARAMETER', srg: 'p_10_1_', newName: 'count', newDocumentation: null },
      { ...common, kind: 'METHOD', srg: 'func_10_a', newName: 'tick', newDocumentation: 'Ticks.' },
      { ...common, kind: 'FIELD', srg: 'field_1_a', newName: null, newDocumentation: 'Its age.' },
    ]);
    expect(outcome.changes.map(({ sequence }) => sequence - first!.sequence)).toEqual([0, 1, 2]);
  });

  test('names and entries stay as they are until committed; the head of the version moves', async () => {
    const head = () => service.db.query(`SELECT head FROM game_versions WHERE name = $1`, [version]);
    const before = await head();
    await staged(user, naming({ field_1_a: 'age' }), { version });
    expect(await head()).not.toEqual(before);
    expect(await nameOf(service, version, 'field_1_a')).toBe('- -> age');
    const { mapping } = await user.query(
      `query ($version: String) { mapping(srg: "field_1_a", version: $version) { name staged { newName state } } }`,
      { version },
    );
    expect(mapping).toEqual({ name: null, staged: { newName: 'age', state: 'STAGED' } });
  });
});

describe('all violations at once', () => {
  const batch = [
    { srg: 'field_9_z', name: 'x' },
    { srg: 'func_10_a', name: 'Class' },
    { srg: 'func_11_b', name: 'int', documentation: '*/' },
    { srg: 'field_2_b', name: 'ONE' },
    { srg: 'field_4_a', name: 'far' },
    { srg: 'i100', name: 'make' },
    { srg: 'func_10_a', name: 'other' },
    { srg: 'field_1_a', oldName: 'size' },
  ];
  const expected = [
    'NOT_FOUND changes.0.srg',
    'AMBIGUOUS changes.6.srg func_10_a',
    'STYLE_CASE? changes.1.name',
    'RESERVED_WORD changes.2.name',
    'INVALID_INPUT changes.2.documentation',
    'NAME_TAKEN changes.3.name ONE',
    'CONSTRUCTOR changes.5.name',
    'STALE changes.7.oldName field_1_a',
    'NO_CHANGE changes.7.srg',
  ];

  test('with code, severity and path; nothing of it is written, by force neither', async () => {
    const before = await namingState(service);
    expect(told(await propose(user, batch, { version }))).toEqual(expected);
    expect(told(await propose(user, batch, { version, dryRun: true }))).toEqual(expected);
    expect(told(await propose(maintainer, batch, { version, dryRun: true, force: true }))).toEqual(expected);
    const errors = expected.filter((line) => !line.includes('?'));
    expect(await propose(maintainer, batch, { version, force: true })).toMatchObject({ changes: [], batch: null });
    expect(told(await propose(maintainer, batch, { version, force: true }))).toEqual(errors);
    expect(await namingState(service)).toEqual(before);
  });

  test('warnings refuse; force overrides them, and is told on the change', async () => {
    const changes = naming({ field_1_a: 'Age', p_10_1_: 'i', field_4_a: 'far' });
    const warnings = ['STYLE_CASE? changes.0.name', 'RESERVED_LOCAL? changes.1.name'];
    const before = await namingState(service);
    expect(told(await propose(maintainer, changes, { version }))).toEqual(warnings);
    const dry = await propose(maintainer, changes, { version, dryRun: true, force: true });
    expect(dry).toMatchObject({ changes: [], batch: null });
    expect(told(dry)).toEqual(warnings);
    expect(await namingState(service)).toEqual(before);
    const written = await staged(maintainer, changes, { version, force: true });
    expect(written.map(({ forced, newName }) => [forced, newName])).toEqual([
      [true, 'Age'],
      [true, 'i'],
      [true, 'far'],
    ]);
  });

  test('a dry run without violations writes nothing', async () => {
    const before = await namingState(service);
    expect(await propose(user, naming({ field_1_a: 'age' }), { version, dryRun: true })).toEqual({
      changes: [],
      batch: null,
      userErrors: [],
    });
    expect(await namingState(service)).toEqual(before);
  });
});

describe('what a call may hold', () => {
  test('1 to 5000 edits', async () => {
    const edits = (count: number) => Array.from({ length: count }, (_, i) => ({ srg: `field_${i}_x`, name: 'x' }));
    expect(told(await propose(maintainer, [], { version }))).toEqual(['INVALID_INPUT changes']);
    expect(told(await propose(maintainer, edits(5_001), { version }))).toEqual(['INVALID_INPUT changes']);
    const most = await propose(maintainer, edits(5_000), { version, dryRun: true });
    expect(most.userErrors).toHaveLength(5_000);
  });

  test('a version that there is: NOT_FOUND says which', async () => {
    const outcome = await propose(user, naming({ field_1_a: 'age' }), { version: '9.9' });
    expect(told(outcome)).toEqual(['NOT_FOUND version']);
    expect(outcome.userErrors[0]!.message).toContain('There is no game version "9.9"');
  });

  test('a reason of at most 500 characters, in Unicode', async () => {
    const changes = naming({ field_1_a: 'age' });
    for (const reason of ['x'.repeat(501), 'half \ud83c of a pair']) {
      expect(told(await propose(user, changes, { version, reason }))).toEqual(['INVALID_INPUT reason']);
    }
    expect(await send(user, { version, changes, reason: 'a\0b' })).toBe('BAD_USER_INPUT');
    expect(await nameOf(service, version, 'field_1_a')).toBe('-');
    await staged(user, changes, { version, reason: 'ü🌱'.repeat(160) });
  });

  test('ids in any length', async () => {
    for (const srg of ['', ' ', 'x'.repeat(500_000), "'; DROP TABLE changes; --", '99999999999', '-1', '1.0', '%']) {
      const outcome = await propose(user, [{ srg, name: 'x' }], { version });
      expect(told(outcome)).toEqual(['NOT_FOUND changes.0.srg']);
      expect(outcome.userErrors[0]!.message.length).toBeLessThan(200);
    }
  });

  test('a number alone, where it tells the entry', async () => {
    await importFiles(service.db, `${version}.1`, {
      'joined.tsrg': 'a net/minecraft/Alpha\n\ta field_7_a\n\ta ()V func_7_a\n\tb ()V func_8_b\n',
    });
    const of = (srg: string) => propose(user, [{ srg, name: 'x' }], { version: `${version}.1`, dryRun: true });
    expect(told(await of('7'))).toEqual(['AMBIGUOUS changes.0.srg func_7_a field_7_a']);
    expect(told(await of('8'))).toEqual([]);
    const twice = [
      { srg: '8', name: 'x' },
      { srg: 'func_8_b', documentation: 'y' },
    ];
    expect(told(await propose(user, twice, { version: `${version}.1` }))).toEqual(['AMBIGUOUS changes.1.srg func_8_b']);
  });
});
