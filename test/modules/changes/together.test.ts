import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import { outcomeOf } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { PROPOSE } from './support.js';

const VERSION = '0.1';
let service: TestService;
let maintainer: Person;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  const fields = Array.from({ length: 100 }, (_, i) => `\tf${i} field_${i}_f`).join('\n');
  await importFiles(service.db, VERSION, { 'joined.tsrg': `a net/minecraft/Alpha\n${fields}\n` });
});
afterAll(() => service.close());

const propose = async (field: number, name: string) => {
  const input = { version: VERSION, changes: [{ srg: `field_${field}_f`, name }], force: true };
  return outcomeOf(await maintainer.send(PROPOSE, { input }));
};

const lastChanges = (count: number) =>
  service.db.query<{ sequence: number; batch: number }>(
    `SELECT sequence, batch FROM changes ORDER BY sequence DESC LIMIT $1`,
    [count],
  );

async function expectWhole(): Promise<void> {
  expect((await verifyHistory(service.db)).problems).toEqual([]);
}

test('calls that arrive at once share their statements, and each is a batch of its own', async () => {
  const alone = service.db.statementCount;
  expect(await propose(0, 'alone')).toBe('OK');
  const ofOne = service.db.statementCount - alone;
  const before = service.db.statementCount;
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => propose(i + 1, `together${i}`)));
  expect(outcomes).toEqual(outcomes.map(() => 'OK'));
  expect(service.db.statementCount - before).toBeLessThan(20 * ofOne * 0.8);
  for (const { sequence, batch } of await lastChanges(20)) expect(batch).toBe(sequence);
  await expectWhole();
});

test('one that is refused costs the others nothing', async () => {
  const outcomes = await Promise.all([
    propose(30, 'first'),
    propose(999, 'nowhere'),
    propose(31, 'class'),
    propose(32, 'second'),
    propose(33, 'twice'),
    propose(34, 'twice'),
    propose(35, 'overAndOver'),
    propose(35, 'overAndOver'),
  ]);
  expect(outcomes.slice(0, 4)).toEqual(['OK', 'NOT_FOUND', 'RESERVED_WORD', 'OK']);
  expect(outcomes.slice(4, 6).sort()).toEqual(['NAME_TAKEN', 'OK']);
  expect(outcomes.slice(6).sort()).toEqual(['NO_CHANGE', 'OK']);
  await expectWhole();
});

test('names that go round between calls are decided as if the calls came one after another', async () => {
  for (const [field, name] of [[40, 'north'], [41, 'south']] as const) expect(await propose(field, name)).toBe('OK'); // prettier-ignore
  // Each wants what the other carries: the first of them is refused, whichever it is, and so is the second.
  expect(await Promise.all([propose(40, 'south'), propose(41, 'north')])).toEqual(['NAME_TAKEN', 'NAME_TAKEN']);
  await expectWhole();
});

test('what the database refuses fails alone, and is written by halves for nobody', async () => {
  await service.db.query(`CREATE FUNCTION explode() RETURNS TRIGGER LANGUAGE plpgsql AS $$
    BEGIN IF NEW.new_name = 'explodes' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$`);
  await service.db.query(`CREATE TRIGGER explodes BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION explode()`);
  const names = ['quiet', 'calm', 'explodes', 'still'];
  const outcomes = await Promise.all(names.map((name, i) => propose(50 + i, name)));
  await service.db.query(`DROP TRIGGER explodes ON changes`);
  expect(outcomes).toEqual(['OK', 'OK', 'INTERNAL_SERVER_ERROR', 'OK']);
  const [row] = await service.db.query(`SELECT count(*)::int AS count FROM changes WHERE new_name = ANY($1::text[])`, [names]); // prettier-ignore
  expect(row).toEqual({ count: 3 });
  await expectWhole();
});
