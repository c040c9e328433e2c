import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import type { TestClient } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { propose, PROPOSE, staged, told, type Edit } from './support.js';

const VERSION = '0.1';
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  const fields = Array.from({ length: 400 }, (_, i) => `\tf${i} field_${i}_f`).join('\n');
  await importFiles(service.db, VERSION, { 'joined.tsrg': `a net/minecraft/Alpha\n${fields}\n` });
});
afterAll(() => service.close());

let round = 0;
/** Edits that nobody has made yet, of other entries for each test. */
const edits = (count: number, start = 0): Edit[] => {
  round += 1;
  return Array.from({ length: count }, (_, i) => ({
    srg: `field_${start + i}_f`,
    documentation: `Documentation ${round}.`,
  }));
};
const refusal = async (client: TestClient, changes: Edit[]) =>
  (await client.refused(PROPOSE, { input: { version: VERSION, changes } })).extensions;

test('a user without a role has 300 changes an hour, in one call or in many', async () => {
  const user = await signUp(service);
  await staged(user, edits(299), { version: VERSION });
  // Two are too many: that uses nothing up.
  for (let i = 0; i < 3; i++) expect(await refusal(user, edits(2))).toMatchObject({ code: 'RATE_LIMITED' });
  await staged(user, edits(1), { version: VERSION });
  const { code, retryAfter } = await refusal(user, edits(1));
  expect(code).toBe('RATE_LIMITED');
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(3600);
  // Somebody else has an hour of their own, and a dry run writes nothing.
  await staged(await signUp(service), edits(1), { version: VERSION });
  expect(told(await propose(user, edits(1), { version: VERSION, dryRun: true }))).toEqual([]);
});

test('a batch that the rules refuse counts as one', async () => {
  const user = await signUp(service);
  const wrong = [...edits(250), { srg: 'field_9999_f', name: 'x' }];
  for (let i = 0; i < 10; i++) {
    expect(told(await propose(user, wrong, { version: VERSION }))).toEqual(['NOT_FOUND changes.250.srg']);
  }
  await staged(user, edits(290), { version: VERSION });
  expect(await refusal(user, edits(1))).toMatchObject({ code: 'RATE_LIMITED' });
});

test('what would never fit is INVALID_INPUT and says so', async () => {
  const user = await signUp(service);
  const outcome = await propose(user, edits(301), { version: VERSION });
  expect(told(outcome)).toEqual(['INVALID_INPUT changes']);
  expect(outcome.userErrors[0]!.message).toContain('300 changes an hour');
  await staged(user, edits(300), { version: VERSION });
});

test('who has a role may propose more', async () => {
  const contributor = await signUp(service, { roles: [RoleName.CONTRIBUTOR] });
  await staged(contributor, edits(400), { version: VERSION });
  await staged(contributor, edits(400), { version: VERSION });
});
