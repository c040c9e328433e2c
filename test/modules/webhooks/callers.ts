import { expect } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type Answer, type TestClient } from '../../support/client.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';
import { makeWebhook, type Receiver } from './support.js';

/** What the database holds on webhooks and in the log. */
const everything = async ({ db }: TestService): Promise<string> =>
  JSON.stringify([
    await db.query(`SELECT * FROM webhooks ORDER BY id`),
    await db.query(`SELECT count(*)::int AS events FROM audit_events`),
  ]);

export interface Callers {
  owner: Person;
  webhook: string;
  /** Calls as each of those named; checks what becomes of it, that nothing changed and nobody was called. */
  expectDenied: (
    expected: Partial<Record<'nobody' | 'other' | 'stale' | 'program' | 'suspended' | 'foreignId', string>>,
    call: (client: TestClient, id: string) => Promise<Answer>,
  ) => Promise<void>;
}

/** One caller of each kind that may do nothing with a webhook of `owner`. */
export async function callersOf(service: TestService, receiver: Receiver): Promise<Callers> {
  const owner = await signUp(service);
  const { id } = await makeWebhook(owner, { url: receiver.url });
  const other = await signUp(service, { roles: [RoleName.ADMIN] });
  const stale = await signUp(service);
  const ofStale = await makeWebhook(stale, { url: receiver.url });
  await forgetPresence(service, stale);
  const suspended = await signUp(service);
  const ofSuspended = await makeWebhook(suspended, { url: receiver.url });
  await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [suspended.userId]);
  const program = await programOf(service, owner);
  const calls: Record<string, [TestClient, string]> = {
    nobody: [service.client(), id],
    other: [other, id],
    stale: [stale, ofStale.id],
    program: [program, id],
    suspended: [suspended, ofSuspended.id],
    foreignId: [owner, owner.id],
  };
  return {
    owner,
    webhook: id,
    expectDenied: async (expected, call) => {
      const before = await everything(service);
      const outcomes: Record<string, string> = {};
      for (const name of Object.keys(expected)) outcomes[name] = outcomeOf(await call(...calls[name]!));
      expect(outcomes).toEqual(expected);
      expect(await everything(service)).toBe(before);
      expect(receiver.calls).toEqual([]);
    },
  };
}

/** Signs a person in to another replica, whose cookies are its own. */
export async function signInTo(replica: TestService, { handle, password }: Person): Promise<TestClient> {
  const client = replica.client();
  const { signIn } = await client.query(
    `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { code } } }`,
    { input: { handle, password } },
  );
  expect(signIn.userErrors).toEqual([]);
  return client;
}
