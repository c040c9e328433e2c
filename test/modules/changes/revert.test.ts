import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import type { TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCsv, importFiles } from '../imports/support.js';
import { expectDenied, makeBot, signUpCast, type Cast } from '../roles/support.js';
import {
  batchIdOf,
  CHANGE,
  commit,
  nameOf,
  naming,
  namingState,
  propose,
  SCOPES,
  SCOPES_CONSTRUCTORS,
  staged,
  statesOf,
  told,
  type ToldChanges,
} from './support.js';

let service: TestService;
let cast: Cast;
let vandal: Person;
let friend: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  vandal = await signUp(service, { handle: 'vandal', roles: [RoleName.MAINTAINER] });
  friend = await signUp(service, { handle: 'friend', roles: [RoleName.MAINTAINER] });
  maintainer = cast.maintainer;
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES, 'constructors.txt': SCOPES_CONSTRUCTORS });
});
afterAll(() => service.close());

const REVERT = `mutation ($input: RevertChangesInput!) {
  revertChanges(input: $input) { count changes { ${CHANGE} } userErrors { code severity path message conflictsWith { srg } } } }`;

async function revert(input: object, client: TestClient = maintainer): Promise<ToldChanges> {
  const { revertChanges } = await client.query(REVERT, { input: { version, reason: 'a test', ...input } });
  return revertChanges as ToldChanges;
}

const of = (srg: string) => nameOf(service, version, srg);
const give = async (person: TestClient, names: Record<string, string>) => {
  const changes = await staged(person, naming(names), { version, force: true });
  await commit(maintainer, { version });
  return changes;
};

describe('who may revert', () => {
  test('those who hold MAPPING_REVERT for the version', async () => {
    const input = { author: vandal.id, reason: 'no', version };
    const state = await namingState(service);
    const refused = {
      anonymous: 'UNAUTHENTICATED',
      user: 'FORBIDDEN',
      contributor: 'FORBIDDEN',
      suspendedAdmin: 'UNAUTHENTICATED',
    };
    await expectDenied(service, cast, refused, (client) => client.send(REVERT, { input }));
    const program = await programOf(service, maintainer, [Permission.MAPPING_PROPOSE, Permission.MAPPING_COMMIT]);
    expect((await program.refused(REVERT, { input })).extensions.code).toBe('FORBIDDEN');
    expect(await namingState(service)).toEqual(state);
    for (const allowed of [cast.maintainer, cast.releaseManager, cast.moderator, cast.admin]) {
      expect(told(await revert({ author: vandal.id }, allowed))).toEqual([]);
    }
  });

  test('all versions at once take the permission for all of them', async () => {
    const [{ id } = { id: 0 }] = await service.db.query<{ id: number }>(
      `SELECT id FROM game_versions WHERE name = $1`,
      [version],
    );
    const scoped = await signUp(service, { roles: [RoleName.MAINTAINER], gameVersionId: id });
    expect(told(await revert({ author: vandal.id }, scoped))).toEqual([]);
    const everywhere = { input: { author: vandal.id, reason: 'a test' } };
    expect((await scoped.refused(REVERT, everywhere)).extensions).toMatchObject({ permission: 'MAPPING_REVERT' });
    expect((await maintainer.query(REVERT, everywhere)).revertChanges.userErrors).toEqual([]);
  });

  test('must say whose and why', async () => {
    expect(told(await revert({}))).toEqual(['INVALID_INPUT author']);
    expect(told(await revert({ since: '2020-01-01T00:00:00Z' }))).toEqual(['INVALID_INPUT author']);
    expect(told(await revert({ author: vandal.id, reason: ' ' }))).toEqual(['INVALID_INPUT reason']);
    expect(told(await revert({ author: vandal.id, version: '9.9' }))).toEqual(['NOT_FOUND version']);
  });
});

describe('what somebody did', () => {
  test('is taken back by new changes: committed ones and proposals', async () => {
    await give(friend, { func_10_a: 'tick', field_1_a: 'age' });
    await give(vandal, { func_10_a: 'poo', field_1_a: 'bah', func_12_c: 'nonsense' });
    await staged(vandal, naming({ func_17_c: 'proposed' }), { version });
    const before = await service.db.query('SELECT max(sequence)::int AS last FROM changes');
    const outcome = await revert({ author: vandal.id });
    expect(outcome.userErrors).toEqual([]);
    expect(outcome.count).toBe(4);
    expect(await Promise.all(['func_10_a', 'field_1_a', 'func_12_c', 'func_17_c'].map(of))).toEqual([
      'tick',
      'age',
      '-',
      '-',
    ]);
    const made = outcome.changes.filter(({ sequence }) => sequence > (before[0] as { last: number }).last);
    expect(
      made.map(({ srg, oldName, newName, state, reason, author }) => [
        srg,
        oldName,
        newName,
        state,
        reason,
        author?.handle,
      ]),
    ).toEqual([
      ['func_10_a', 'poo', 'tick', 'COMMITTED', 'a test', maintainer.handle],
      ['func_12_c', 'nonsense', null, 'COMMITTED', 'a test', maintainer.handle],
      ['field_1_a', 'bah', 'age', 'COMMITTED', 'a test', maintainer.handle],
    ]);
    expect(await statesOf(service, version, 'func_17_c')).toEqual(['proposed UNDONE']);
    expect(await statesOf(service, version, 'func_10_a')).toEqual([
      'tick COMMITTED',
      'poo COMMITTED',
      'tick COMMITTED',
    ]);
  });

  test('through several changes of one entry, back to what it was before all of them', async () => {
    await give(friend, { func_10_a: 'tick' });
    await give(vandal, { func_10_a: 'one' });
    await give(vandal, { func_10_a: 'two' });
    expect((await revert({ author: vandal.id })).count).toBe(1);
    expect(await of('func_10_a')).toBe('tick');
  });

  test('but not beyond what somebody else did in between', async () => {
    await give(vandal, { func_10_a: 'one' });
    await give(friend, { func_10_a: 'tick' });
    await give(vandal, { func_10_a: 'two' });
    await revert({ author: vandal.id });
    expect(await of('func_10_a')).toBe('tick');
  });

  test('leaves, and tells, what somebody else has named since', async () => {
    await give(vandal, { func_10_a: 'one', func_12_c: 'two' });
    await give(friend, { func_10_a: 'tick' });
    const outcome = await revert({ author: vandal.id });
    expect(told(outcome)).toEqual(['STALE?']);
    expect(await Promise.all(['func_10_a', 'func_12_c'].map(of))).toEqual(['tick', '-']);
  });

  test('name and documentation apart', async () => {
    await give(friend, { func_10_a: 'tick' });
    await staged(vandal, [{ srg: 'func_10_a', name: 'bad', documentation: 'bad words' }], { version, force: true });
    await commit(maintainer, { version });
    await staged(friend, [{ srg: 'func_10_a', documentation: 'good words' }], { version });
    await commit(maintainer, { version });
    expect(told(await revert({ author: vandal.id }))).toEqual(['STALE?']);
    const { mapping } = await friend.query(
      `{ mapping(version: "${version}", srg: "func_10_a") { name documentation } }`,
    );
    expect(mapping).toEqual({ name: 'tick', documentation: 'good words' });
  });

  test('a proposal that was pushed aside stands again, behind several of the same hand', async () => {
    await staged(friend, naming({ func_10_a: 'tick' }), { version });
    await staged(vandal, naming({ func_10_a: 'one' }), { version, force: true });
    await staged(vandal, naming({ func_10_a: 'two' }), { version });
    await revert({ author: vandal.id });
    expect(await statesOf(service, version, 'func_10_a')).toEqual(['tick STAGED', 'one SUPERSEDED', 'two UNDONE']);
  });

  test('a proposal for a name that changes is superseded, with its change in the history', async () => {
    await give(vandal, { func_10_a: 'bad' });
    await staged(friend, [{ srg: 'func_10_a', documentation: 'words' }], { version });
    await revert({ author: vandal.id });
    expect(await of('func_10_a')).toBe('-');
    expect(await statesOf(service, version, 'func_10_a')).toEqual(['bad COMMITTED', 'bad SUPERSEDED', '- COMMITTED']);
  });
});

describe('a selection', () => {
  test('by batch', async () => {
    const [first] = await give(vandal, { func_10_a: 'one', func_12_c: 'two' });
    await give(vandal, { func_17_c: 'three' });
    expect((await revert({ batch: batchIdOf(first!.sequence) })).count).toBe(2);
    expect(await Promise.all(['func_10_a', 'func_12_c', 'func_17_c'].map(of))).toEqual(['-', '-', 'three']);
  });

  test('by time', async () => {
    await give(vandal, { func_10_a: 'one' });
    const [second] = await give(vandal, { func_12_c: 'two' });
    await revert({ author: vandal.id, since: second!.createdAt });
    expect(await Promise.all(['func_10_a', 'func_12_c'].map(of))).toEqual(['one', '-']);
    await revert({ author: vandal.id, until: second!.createdAt });
    expect(await of('func_10_a')).toBe('-');
  });

  test('by bot, of whatever person', async () => {
    const bot = await makeBot(service, vandal);
    expect((await propose(bot.program, naming({ func_10_a: 'byBot' }), { version })).userErrors).toEqual([]);
    await give(friend, { func_12_c: 'byHand' });
    await revert({ via: bot.handle });
    expect(await Promise.all(['func_10_a', 'func_12_c'].map(of))).toEqual(['-', 'byHand']);
  });

  test('an import, which nobody made, by its batch', async () => {
    await give(friend, { func_10_a: 'tick' });
    await importCsv(service.db, version, {
      'methods.csv': 'searge,name,side,desc\nfunc_10_a,worse,2,\nfunc_12_c,bad,2,words\n',
    });
    const { changes } = await friend.query(
      `{ changes(version: "${version}", first: 1) { nodes { batch author { id } via } } }`,
    );
    expect(changes.nodes[0]).toMatchObject({ author: null, via: 'import' });
    expect((await revert({ batch: changes.nodes[0].batch })).count).toBe(2);
    expect(await Promise.all(['func_10_a', 'func_12_c'].map(of))).toEqual(['tick', '-']);
  });
});

describe('all or none', () => {
  test('a dry run tells the same and writes nothing', async () => {
    await give(vandal, { func_10_a: 'one', func_12_c: 'two' });
    await give(friend, { func_12_c: 'mine' });
    await staged(vandal, naming({ func_17_c: 'proposed' }), { version });
    const before = await namingState(service);
    const dry = await revert({ author: vandal.id, dryRun: true });
    expect(await namingState(service)).toEqual(before);
    expect(dry.changes.map(({ srg, newName, state }) => [srg, newName, state])).toEqual([
      ['func_10_a', 'one', 'COMMITTED'],
      ['func_17_c', 'proposed', 'STAGED'],
    ]);
    const done = await revert({ author: vandal.id });
    expect([done.count, told(done)]).toEqual([dry.count, told(dry)]);
  });

  test('an old name that somebody else has by now refuses all of it', async () => {
    await give(friend, { func_11_b: 'tick' });
    await give(vandal, { func_11_b: 'away', func_17_c: 'other' });
    await give(friend, { func_10_a: 'tick' });
    const before = await namingState(service);
    expect(told(await revert({ author: vandal.id }))).toEqual(['NAME_TAKEN func_10_a']);
    expect(await namingState(service)).toEqual(before);
  });

  test('a frozen version takes none', async () => {
    await give(vandal, { func_10_a: 'one' });
    await service.db.query(`UPDATE game_versions SET frozen = true WHERE name = $1`, [version]);
    expect(told(await revert({ author: vandal.id }))).toEqual(['FROZEN version']);
    expect(await of('func_10_a')).toBe('one');
    await service.db.query(`UPDATE game_versions SET frozen = false WHERE name = $1`, [version]);
  });

  test('what is locked stays, unless the caller may lock', async () => {
    await give(vandal, { func_10_a: 'one', func_12_c: 'two' });
    await service.db.query(
      `INSERT INTO mapping_locks (mapping_id) SELECT m.id FROM mappings m JOIN game_versions v ON v.id = m.version_id
        WHERE v.name = $1 AND m.srg = 'func_10_a'`,
      [version],
    );
    expect(told(await revert({ author: vandal.id }, cast.moderator))).toEqual(['LOCKED?']);
    expect(await Promise.all(['func_10_a', 'func_12_c'].map(of))).toEqual(['one', '-']);
    expect(told(await revert({ author: vandal.id }))).toEqual([]);
    expect(await of('func_10_a')).toBe('-');
    // Once more finds nothing left to do.
    expect(await revert({ author: vandal.id })).toEqual({ count: 0, changes: [], userErrors: [] });
  });

  test('the number of statements does not grow with it', async () => {
    const cost = async (names: Record<string, string>) => {
      await give(vandal, names);
      const before = service.db.statementCount;
      await revert({ author: vandal.id });
      return service.db.statementCount - before;
    };
    const one = await cost({ func_10_a: 'one' });
    expect(
      await cost({
        func_10_a: 'a1',
        func_12_c: 'a2',
        func_17_c: 'a3',
        func_18_a: 'a4',
        field_1_a: 'a5',
        field_2_b: 'a6',
      }),
    ).toBe(one);
  });
});
