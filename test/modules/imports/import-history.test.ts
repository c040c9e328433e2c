import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames } from '../../../src/modules/imports/read-source.js';
import { importSample, SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { signUp, type Person } from '../../support/people.js';
import { forgetVersions } from '../../support/database.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, nameOf, naming, propose, SCOPES, staged, statesOf, told } from '../changes/support.js';
import { filesSource, importCsv, importFiles, type Files } from './support.js';

let service: TestService;
let user: Person;
let maintainer: Person;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  user = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
beforeEach(async () => {
  await forgetVersions(service.db);
  await importFiles(service.db, '1.0', { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

const methods = (...rows: string[]) => ({ 'methods.csv': `searge,name,side,desc\n${rows.join('\n')}\n` });
const stageCsv = async (files: Files, authorId: number | null = null) =>
  importNames(service.db, { version: '1.0', files: await readNames(filesSource(files)), stage: true, authorId });

const history = async (version: string) => {
  const { changes } = await user.query(
    `{ changes(version: "${version}") { nodes { srg oldName newName newDocumentation state author { handle } via reason batch } } }`,
  );
  return changes.nodes as Record<string, unknown>[];
};

describe('an import of names', () => {
  test('is one committed batch of nobody, with what it changes and nothing else', async () => {
    await importCsv(service.db, '1.0', methods('func_10_a,tick,2,Runs.', 'func_12_c,reset,2,'));
    const report = await importCsv(service.db, '1.0', methods('func_10_a,tick,2,Runs.', 'func_12_c,clear,2,'));
    expect(report).toMatchObject({ staged: false, changes: 1 });
    const [last, ...first] = await history('1.0');
    expect(last).toMatchObject({ srg: 'func_12_c', oldName: 'reset', newName: 'clear', state: 'COMMITTED' });
    expect(first).toMatchObject([
      {
        srg: 'func_12_c',
        oldName: null,
        newName: 'reset',
        author: null,
        via: 'import',
        reason: 'Imported from methods.csv',
      },
      { srg: 'func_10_a', newName: 'tick', newDocumentation: 'Runs.', batch: first[0]!['batch'] },
    ]);
  });

  test('takes the place of a proposal for what it changes, and leaves the others', async () => {
    await staged(user, naming({ func_10_a: 'mine', func_12_c: 'other' }), { version: '1.0' });
    await importCsv(service.db, '1.0', methods('func_10_a,tick,2,'));
    expect(await statesOf(service, '1.0', 'func_10_a')).toEqual(['mine SUPERSEDED', 'tick COMMITTED']);
    expect(await nameOf(service, '1.0', 'func_12_c')).toBe('- -> other');
    expect((await commit(maintainer, { version: '1.0' })).userErrors).toEqual([]);
  });
});

describe('a staged import', () => {
  test('proposes what differs, in the name of a user, and writes sides alone', async () => {
    await importCsv(service.db, '1.0', methods('func_10_a,tick,2,Runs.', 'func_12_c,reset,2,'));
    const report = await stageCsv(
      methods('func_10_a,tick,0,Runs on.', 'func_12_c,reset,2,', 'func_99_x,gone,2,'),
      user.userId,
    );
    expect(report).toMatchObject({ staged: true, changes: 1, unknown: [{ id: 'func_99_x' }] });
    const [change] = await history('1.0');
    expect(change).toMatchObject({
      srg: 'func_10_a',
      newDocumentation: 'Runs on.',
      state: 'STAGED',
      author: { handle: user.handle },
    });
    const { mapping } = await user.query(
      `{ mapping(version: "1.0", srg: "func_10_a") { name documentation side staged { newDocumentation } } }`,
    );
    expect(mapping).toEqual({
      name: 'tick',
      documentation: 'Runs.',
      side: 'CLIENT',
      staged: { newDocumentation: 'Runs on.' },
    });
    // The author may take it back, as any proposal.
    expect(
      (await user.send(`mutation { undoChange(input: { version: "1.0", srg: "10" }) { change { state } } }`)).data
        .undoChange.change.state,
    ).toBe('UNDONE');
  });

  test('again proposes nothing new; a proposal of somebody else gives way', async () => {
    await staged(user, naming({ func_10_a: 'mine' }), { version: '1.0' });
    expect(await stageCsv(methods('func_10_a,tick,2,'))).toMatchObject({ changes: 1 });
    expect(await stageCsv(methods('func_10_a,tick,2,'))).toMatchObject({ changes: 0 });
    expect(await statesOf(service, '1.0', 'func_10_a')).toEqual(['mine SUPERSEDED', 'tick STAGED']);
  });
});

describe('an import of a version', () => {
  test('carries names over as changes of nobody', async () => {
    await importCsv(service.db, '1.0', methods('func_10_a,tick,2,Runs.'));
    await importFiles(service.db, '1.1', { 'joined.tsrg': SCOPES }, { carryFrom: '1.0' });
    expect(await history('1.1')).toMatchObject([
      {
        srg: 'func_10_a',
        oldName: null,
        newName: 'tick',
        newDocumentation: 'Runs.',
        state: 'COMMITTED',
        via: 'import',
        reason: 'Carried over from 1.0',
      },
    ]);
  });

  test('that lacks an entry refuses its proposal and keeps its history', async () => {
    await staged(user, naming({ func_10_a: 'tick', func_12_c: 'reset' }), { version: '1.0' });
    await importFiles(service.db, '1.0', { 'joined.tsrg': SCOPES.replaceAll(/\t. \(I\)V func_12_c\n/g, '') });
    const { changes } = await user.query(
      `{ changes(version: "1.0", srg: "func_12_c") { nodes { state decisionReason newName mapping { srg } decidedBy { handle } } } }`,
    );
    expect(changes.nodes).toEqual([
      {
        state: 'REJECTED',
        decisionReason: 'The files that were imported since do not have the entry.',
        newName: 'reset',
        mapping: null,
        decidedBy: null,
      },
    ]);
    expect((await commit(maintainer, { version: '1.0' })).count).toBe(1);
  });
});

test('an entry that one import lacks and a later one has again is called as before', async () => {
  await importCsv(service.db, '1.0', methods('func_10_a,tick,2,Runs.', 'func_12_c,reset,2,'));
  await importFiles(service.db, '1.0', { 'joined.tsrg': SCOPES.replaceAll(/\t. \(I\)V func_12_c\n/g, '') });
  await importFiles(service.db, '1.0', { 'joined.tsrg': SCOPES });
  expect(await nameOf(service, '1.0', 'func_12_c')).toBe('reset');
  expect((await verifyHistory(service.db)).problems).toEqual([]);
});

describe('the sample', () => {
  beforeEach(async () => {
    await forgetVersions(service.db);
    await importSample(service.db);
  });
  const real = () => importFiles(service.db, '1.0', { 'joined.tsrg': SCOPES }, { current: true });
  const versions = async () =>
    (await user.query(`{ gameVersions { nodes { name isCurrent frozen } } }`)).gameVersions.nodes as object[];

  test('has no history, and goes with the first real version', async () => {
    expect(await history(SAMPLE_VERSION)).toEqual([]);
    expect((await real()).removedSample).toBe(SAMPLE_VERSION);
    expect(await versions()).toEqual([{ name: '1.0', isCurrent: true, frozen: false }]);
  });

  test('has one once it is imported into by hand', async () => {
    await importCsv(service.db, SAMPLE_VERSION, methods('func_2001_b,prosper,2,'));
    expect(await history(SAMPLE_VERSION)).toMatchObject([{ oldName: 'grow', newName: 'prosper' }]);
    expect((await verifyHistory(service.db)).problems).toEqual([]);
  });

  test('stays, frozen, where somebody has proposed names for it', async () => {
    await staged(user, naming({ field_1002_c: 'daysOfSun' }));
    expect((await real()).removedSample).toBeNull();
    expect(await versions()).toEqual([
      { name: '1.0', isCurrent: true, frozen: false },
      { name: SAMPLE_VERSION, isCurrent: false, frozen: true },
    ]);
    expect(told(await propose(user, naming({ field_1009_b: 'more' }), { version: SAMPLE_VERSION }))).toEqual([
      'FROZEN version',
    ]);
  });
});

describe('search', () => {
  test('finds an entry by a name that it once had, and by one that is proposed', async () => {
    await importCsv(service.db, '1.0', methods('func_10_a,getQuux,2,'));
    await importCsv(service.db, '1.0', methods('func_10_a,tick,2,'));
    await staged(user, naming({ func_12_c: 'resetZounds' }), { version: '1.0' });
    const found = async (query: string) =>
      (
        await user.query(
          `{ search(version: "1.0", query: "${query}") { nodes { srg name } edges { score } totalCount } }`,
        )
      ).search;
    expect(await found('getQuux')).toEqual({
      nodes: [{ srg: 'func_10_a', name: 'tick' }],
      edges: [{ score: 0.45 }],
      totalCount: 1,
    });
    expect((await found('resetZounds')).nodes).toEqual([{ srg: 'func_12_c', name: null }]);
    expect((await found('tick')).edges).toEqual([{ score: 1 }]);
  });
});
