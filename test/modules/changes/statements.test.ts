import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import type { TestClient } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { COMMIT, PROPOSE, staged, type ProposeOptions } from './support.js';

const FIELDS = 60;
let service: TestService;
let people: Person[];

beforeAll(async () => {
  service = await startTestService({ sample: false });
  people = [];
  for (let i = 0; i < 5; i++) people.push(await signUp(service, { roles: [RoleName.MAINTAINER] }));
  const fields = Array.from({ length: FIELDS }, (_, i) => `\tf${i} field_${i}_f`).join('\n');
  await importFiles(service.db, '0.1', { 'joined.tsrg': `a net/minecraft/Alpha\n${fields}\n` });
  // Three changes an entry, by several people.
  for (const round of [0, 1, 2]) {
    for (const [who, person] of people.entries()) {
      const mine = Array.from({ length: FIELDS }, (_, i) => i).filter((i) => i % people.length === who);
      const edits = mine.map((i) => ({ srg: `field_${i}_f`, name: `name${i}x${round}` }));
      await staged(person, edits, { version: '0.1' });
    }
  }
});
afterAll(() => service.close());

async function cost(client: TestClient, document: string, variables: object): Promise<number> {
  const before = service.db.statementCount;
  await client.query(document, variables);
  return service.db.statementCount - before;
}

describe('GQ17: the number of SQL statements does not grow with', () => {
  const asked = (document: string) => (first: number) => cost(service.client(), document, { first });

  test('changes, with entry, version, author and who decided', async () => {
    const of = asked(`query ($first: Int) { changes(first: $first) { totalCount nodes {
      newName mapping { srg name } version { name } author { handle } decidedBy { handle } } } }`);
    const two = await of(2);
    expect(await of(100)).toBe(two);
    expect(await of(200)).toBe(two);
  });

  test('Mapping.changes and Mapping.staged', async () => {
    const of =
      asked(`query ($first: Int) { class(name: "Alpha", version: "0.1") { fields(first: $first) { nodes { member {
      staged { newName author { handle } }
      changes(first: 3) { totalCount nodes { newName author { handle } decidedBy { handle } } } } } } } }`);
    const two = await of(2);
    expect(await of(20)).toBe(two);
    expect(await of(50)).toBe(two);
  });

  test('User.changes', async () => {
    const of = asked(
      `query ($first: Int) { changes(first: $first) { nodes { author { handle changes(first: 5) { totalCount nodes { srg mapping { name } } } } } } }`,
    );
    const one = await of(1);
    expect(await of(50)).toBe(one);
  });

  test('the entries that a name collides with', async () => {
    const of = async (count: number) => {
      const changes = Array.from({ length: count }, (_, i) => ({ srg: `field_${i}_f`, name: 'same' }));
      const input = { version: '0.1', changes, force: true, dryRun: true };
      const document = `mutation ($input: ProposeChangesInput!) { proposeChanges(input: $input) {
        userErrors { code conflictsWith { srg staged { newName } } } } }`;
      return cost(people[0]!, document, { input });
    };
    const two = await of(2);
    expect(await of(50)).toBe(two);
  });
});

describe('nor, in a call that changes names, with the number of changes', () => {
  const propose = (count: number, name: string, options: ProposeOptions = { force: true }) => {
    const changes = Array.from({ length: count }, (_, i) => ({ srg: `field_${i}_f`, name: `${name}${i}` }));
    return cost(people[0]!, PROPOSE, { input: { version: '0.1', changes, ...options } });
  };

  test('proposeChanges, in a dry run and not', async () => {
    expect(await propose(50, 'dry', { force: true, dryRun: true })).toBe(
      await propose(2, 'dry', { force: true, dryRun: true }),
    );
    const two = await propose(2, 'a');
    expect(await propose(50, 'b')).toBe(two);
    expect(await propose(FIELDS, 'c')).toBe(two);
  });

  test('commitChanges', async () => {
    const ids = await service.db.query<{ sequence: number }>(
      `SELECT sequence FROM changes WHERE state = 'STAGED' ORDER BY sequence LIMIT 2`,
    );
    const changes = ids.map(({ sequence }) => Buffer.from(`Change:${sequence}`).toString('base64url'));
    const two = await cost(people[0]!, COMMIT, { input: { version: '0.1', changes } });
    expect(await cost(people[0]!, COMMIT, { input: { version: '0.1' } })).toBe(two);
    expect(await service.db.query(`SELECT FROM changes WHERE state = 'STAGED'`)).toEqual([]);
  });
});
