import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { signUp, type Person } from '../../support/people.js';
import { startReplica } from '../../support/replica.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCsv } from '../../support/versions.js';
import { CHANGE, commit, naming, redo, reject, setNames, staged, undo } from '../changes/support.js';
import { VOTE } from '../discussion/support.js';
import { heldModel, PLENTY } from './support.js';

const SHOWN = `${CHANGE} hash votes { for against } author { id isBot createdAt }`;
const PAGE = `nodes { ${SHOWN} } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount`;
const HISTORIES = `query ($first: Int, $after: String) {
  class(name: "Plant") {
    changes(first: $first) { ${PAGE} }
    methods(first: 20) { nodes { member { changes(first: $first, after: $after) { ${PAGE} } } } }
  }
}`;
const FEED = `query ($first: Int, $after: String) { changes(first: $first, after: $after) { ${PAGE} } }`;
const PLAIN = `query ($first: Int) { class(name: "Plant") { methods(first: 20) { nodes { member { changes(first: $first) { nodes { newName author { handle } } } } } } } changes(first: $first) { nodes { newName author { handle } } } }`;

/** The methods of Plant that are named here. */
const SRGS = ['func_2001_b', 'func_2002_c', 'func_2003_d', 'func_2004_d', 'func_2005_e', 'func_2006_f'];

let service: TestService;
/** The same database without memory. */
let stored: TestService;
/** Another process, or what comes nearest where the database is in this one. */
let replica: TestService;
let contributor: Person;
let maintainer: Person;
let admin: Person;
beforeAll(async () => {
  service = await startTestService({ readModelBytes: PLENTY });
  await setNames(service, SAMPLE_VERSION, Object.fromEntries(SRGS.map((each) => [each, null])));
  stored = await startTestService({ db: service.db, sample: false });
  replica = await startReplica(service, { readModelBytes: PLENTY });
  contributor = await signUp(service, { roles: [RoleName.CONTRIBUTOR] });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
  await heldModel(service);
  await heldModel(replica);
});
afterAll(async () => {
  await replica.close();
  await stored.close();
  await service.close();
});

const end = (change: number) => Buffer.from(`[${change}]`).toString('base64url');

/** Everything that is told of changes and histories, in pages of some lengths. */
async function told(each: TestService): Promise<unknown[]> {
  const client = each.client();
  const answers: unknown[] = [];
  for (const first of [1, 3, 20]) {
    for (const after of [null, end(2), end(7)]) {
      for (const document of [HISTORIES, FEED]) answers.push(await client.query(document, { first, after }));
    }
  }
  return answers;
}

/** Twice, as the first time may be the database that answers. */
async function expectSame(): Promise<void> {
  const expected = await told(stored);
  for (let time = 0; time < 2; time++) expect(await told(service)).toEqual(expected);
  await vi.waitFor(async () => expect(await told(replica)).toEqual(expected), { timeout: 10_000 });
  expect(await told(replica)).toEqual(expected);
}

describe('memory tells of changes what the database tells', () => {
  const srg = 'func_2001_b';

  test('after proposals, commits, undoing and doing again, rejecting and what takes their place', async () => {
    await expectSame();
    await staged(contributor, naming({ [srg]: 'firstOfAll' }), { reason: 'because' });
    await expectSame();
    await staged(maintainer, naming({ [srg]: 'secondOfAll' }), { force: true });
    await expectSame();
    await undo(maintainer, srg);
    await expectSame();
    await redo(maintainer, srg);
    await expectSame();
    await commit(maintainer);
    await expectSame();
    const [third] = await staged(contributor, naming({ func_2002_c: 'thirdOfAll' }));
    await expectSame();
    await reject(maintainer, third!.id);
    await expectSame();
  });

  test('after votes, which no decision tells of', async () => {
    const [change] = await staged(contributor, naming({ func_2003_d: 'votedUpon' }));
    await expectSame();
    await maintainer.query(VOTE, { change: change!.id, for: true });
    await expectSame();
  });

  test('after reverts and imports', async () => {
    const input = { author: maintainer.id, version: SAMPLE_VERSION, reason: 'a test' };
    const { revertChanges } = await admin.query(
      `mutation ($input: RevertChangesInput!) { revertChanges(input: $input) { count userErrors { code } } }`,
      { input },
    );
    expect(revertChanges.count).toBeGreaterThan(0);
    await expectSame();
    await importCsv(service.db, SAMPLE_VERSION, 'methods.csv', `searge,name,side,desc\n${srg},fromACsv,0,Told.\n`);
    await expectSame();
  });

  test('after authors took leave, or were merged into others', async () => {
    const [leaves, goes, stays] = [await signUp(service), await signUp(service), await signUp(service)];
    await staged(leaves, naming({ func_2004_d: 'leftBehind' }));
    await staged(goes, naming({ func_2006_f: 'broughtAlong' }));
    await expectSame();
    const { deleteAccount } = await leaves.query(
      `mutation ($handle: String!) { deleteAccount(input: { confirmHandle: $handle }) { ok } }`,
      { handle: leaves.handle },
    );
    expect(deleteAccount).toEqual({ ok: true });
    expect(JSON.stringify(await told(service))).not.toContain(leaves.handle);
    await expectSame();
    const { adminMergeAccounts } = await admin.query(
      `mutation ($from: ID!, $into: ID!) { adminMergeAccounts(input: { from: $from, into: $into, reason: "a test" }) { user { handle } } }`,
      { from: goes.id, into: stays.id },
    );
    expect(adminMergeAccounts).toEqual({ user: { handle: stays.handle } });
    expect(JSON.stringify(await told(service))).not.toContain(`"${goes.handle}"`);
    await expectSame();
  });
});

test('without a statement, once they were read', async () => {
  const client = service.client();
  const ask = async () => {
    const before = service.db.statementCount;
    await client.query(PLAIN, { first: 5 });
    return service.db.statementCount - before;
  };
  await staged(contributor, naming({ func_2005_e: 'askedTwice' }));
  await ask();
  expect(await ask()).toBe(0);
  await staged(contributor, naming({ func_2005_e: 'askedAgain' }));
  // The heads, what was renamed, what was decided; then histories and feed.
  expect(await ask()).toBeLessThanOrEqual(5);
  expect(await ask()).toBe(0);
});
