import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotateSigningKey } from '../../src/auth/access-tokens/signing-keys.js';
import { Permission } from '../../src/auth/permissions.js';
import { signUp, type Person } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';
import { addClient, authorize, relyingParty, startOidcService, type OidcService } from './support.js';
import { answerTo, claimsOf, expectRefused, forge, inSeconds, programWith, REFUSED } from './tokens.js';

const WITHIN = { timeout: 1_000 };

/** How far clocks may be apart, in seconds, and a little more. */
const SKEW = 12;

describe('JW3 another key signs', () => {
  const secretKeys = [randomBytes(32).toString('hex')];
  let service: OidcService;
  let alice: Person;
  /** Another process on the same database. */
  let replica: TestService;
  beforeAll(async () => {
    service = await startOidcService({ secretKeys });
    replica = await startTestService({ db: service.db, secretKeys, publicUrl: service.url, sample: false });
    alice = await signUp(service);
  });
  afterAll(async () => {
    await replica.close();
    await service.close();
  });

  const keyOf = async ({ auth }: TestService) => (await auth.signingKeys.get()).private[0]!;
  const publishedBy = async ({ http }: TestService) =>
    (await http.inject('/oidc/jwks')).json<{ keys: { kid: string }[] }>().keys.map(({ kid }) => kid);

  async function newToken(): Promise<string> {
    const client = await addClient(service, { owner: alice.handle, permissions: [Permission.MAPPING_VOTE] });
    return (await authorize(service, alice, await relyingParty(service, client), 'openid mapping:vote')).access_token;
  }

  /** Rotates, and waits until both processes know. @returns the key that signed before */
  async function rotate(): Promise<JWK> {
    const before = await keyOf(service);
    const kid = await rotateSigningKey(service.auth);
    for (const each of [service, replica]) await expect.poll(async () => (await keyOf(each)).kid, WITHIN).toBe(kid);
    return before;
  }

  /** Whom both processes take a token to be from. */
  async function expectTaken(token: string): Promise<void> {
    for (const each of [service, replica]) {
      expect(await answerTo(programWith(each, token))).toMatchObject({ viewer: { user: { handle: alice.handle } } });
    }
  }
  async function expectRefusedByBoth(token: string): Promise<void> {
    for (const each of [service, replica]) await expectRefused(programWith(each, token));
  }

  test('all processes learn of it within a second; what the one before signed goes on', async () => {
    const old = await newToken();
    await expectTaken(old);
    const before = await rotate();
    await expectTaken(old);
    const fresh = await newToken();
    await expectTaken(fresh);
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
    expect(kid(old)).toBe(before.kid);
    expect(kid(fresh)).toBe((await keyOf(replica)).kid);
    for (const each of [service, replica]) {
      expect(await publishedBy(each)).toEqual(expect.arrayContaining([kid(old), kid(fresh)]));
    }
  });

  test('who finds the key that was retired signs nothing with it that counts', async () => {
    const token = await newToken();
    const stolen = await rotate();
    const forged = (iat: number) => forge(service, claimsOf(token, { iat, exp: iat + 200 }), { jwk: stolen });
    await expectTaken(await forged(inSeconds(0)));
    // As if it had been retired a minute ago.
    await service.db.query(`UPDATE signing_keys SET retired_at = now() - interval '1 minute' WHERE kid = $1`, [
      stolen.kid,
    ]);
    await service.db.query(`SELECT pg_notify('signing_keys', '')`);
    await expect.poll(async () => answerTo(programWith(replica, await forged(inSeconds(0)))), WITHIN).toEqual(REFUSED);
    await expectRefusedByBoth(await forged(inSeconds(-60 + SKEW)));
    await expectTaken(await forged(inSeconds(-61)));
  });

  test('a day later it is forgotten with all that it signed', async () => {
    const old = await newToken();
    const { kid } = await rotate();
    await expectTaken(old);
    await service.db.query(`UPDATE signing_keys SET retired_at = now() - interval '2 days' WHERE kid = $1`, [kid]);
    await service.db.query(`SELECT pg_notify('signing_keys', '')`);
    await expect.poll(async () => answerTo(programWith(service, old)), WITHIN).toEqual(REFUSED);
    await expect.poll(async () => answerTo(programWith(replica, old)), WITHIN).toEqual(REFUSED);
    for (const each of [service, replica]) expect(await publishedBy(each)).not.toContain(kid);
    await rotate();
    expect(await service.db.query(`SELECT FROM signing_keys WHERE kid = $1`, [kid])).toEqual([]);
  });

  test('of processes that rotate at once each makes one, and one key signs in the end', async () => {
    const kids = await Promise.all([rotateSigningKey(service.auth), rotateSigningKey(replica.auth)]);
    expect(new Set(kids).size).toBe(2);
    const signing = await service.db.query<{ kid: string }>(`SELECT kid FROM signing_keys WHERE retired_at IS NULL`);
    expect(signing).toHaveLength(1);
    for (const each of [service, replica]) {
      await expect.poll(async () => (await keyOf(each)).kid, WITHIN).toBe(signing[0]!.kid);
    }
    await expectTaken(await newToken());
  });

  test('processes that start at once without a key make one between them', async () => {
    const before = await keyOf(service);
    await service.db.query(`DELETE FROM signing_keys`);
    await service.db.query(`SELECT pg_notify('signing_keys', '')`);
    await expect
      .poll(async () => {
        const [one, other] = await Promise.all([keyOf(service), keyOf(replica)]);
        return one.kid === other.kid && one.kid !== before.kid;
      }, WITHIN)
      .toBe(true);
    expect(await service.db.query(`SELECT FROM signing_keys`)).toHaveLength(1);
  });
});
