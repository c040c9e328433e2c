import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotateSigningKey } from '../../src/auth/access-tokens/signing-keys.js';
import { Permission } from '../../src/auth/permissions.js';
import { signInAgain, signUp, type Person } from '../support/people.js';
import {
  addClient,
  authorize,
  callerWith,
  relyingParty,
  startOidcService,
  type ClientInput,
  type OidcService,
} from './support.js';

const SCOPE = 'openid profile';

const NODE = 'query ($id: ID!) { node(id: $id) { id } }';

describe('By what applications know people', () => {
  let service: OidcService;
  let alice: Person;
  beforeAll(async () => {
    service = await startOidcService();
    alice = await signUp(service);
  });
  afterAll(() => service.close());

  const party = async (input: Partial<ClientInput> = {}): Promise<oidc.Configuration> =>
    relyingParty(service, await addClient(service, { owner: alice.handle, ...input }));

  const subjectAt = async (client: oidc.Configuration, browser = alice as Parameters<typeof authorize>[1]) =>
    (await authorize(service, browser, client, SCOPE)).claims()!.sub;

  test('OP6: two applications know the same person by different names, and two people are two', async () => {
    const [one, other] = [await party(), await party()];
    const bob = await signUp(service);
    const subjects = [await subjectAt(one), await subjectAt(other), await subjectAt(one, bob)];
    expect(new Set(subjects).size).toBe(3);
    for (const subject of subjects) expect(subject).toMatch(/^[\w-]{43}$/);
  });

  test('OP6: none is an id, a handle or a number of the interface', async () => {
    const web = await party();
    const tokens = await authorize(service, alice, web, SCOPE);
    const sub = tokens.claims()!.sub;
    expect([alice.id, alice.handle, String(alice.userId)]).not.toContain(sub);
    expect((await service.client().refused(NODE, { id: sub })).message).toContain('is not an id of this service');
    const claims = JSON.stringify(tokens.claims());
    expect(claims).not.toContain(alice.id);
    expect(Buffer.from(sub, 'base64url').toString('latin1')).not.toContain('User');
  });

  test('OP6: it stays the same over sign-ins, browsers and keys', async () => {
    const web = await party();
    const before = await subjectAt(web);
    expect(await subjectAt(web, await signInAgain(service, alice))).toBe(before);
    const kid = await rotateSigningKey({ db: service.db, keyring: service.auth.keyring });
    const published = async () =>
      ((await (await fetch(`${service.url}/oidc/jwks`)).json()) as { keys: { kid: string }[] }).keys[0]?.kid;
    await expect.poll(published).toBe(kid);
    expect(await subjectAt(web)).toBe(before);
  });

  test('an application of those who run the service knows people by their ids', async () => {
    expect(await subjectAt(await party({ trusted: true }))).toBe(alice.id);
  });

  test('OP6: what is answered about somebody names them as the ID token does', async () => {
    for (const web of [await party(), await party({ trusted: true })]) {
      const tokens = await authorize(service, alice, web, SCOPE);
      const { sub } = tokens.claims()!;
      expect(await oidc.fetchUserInfo(web, tokens.access_token, sub)).toEqual({
        sub,
        preferred_username: alice.handle,
      });
      // It is for asking who somebody is, and for nothing else.
      expect(tokens.access_token).not.toContain('.');
      expect(await callerWith(service, tokens.access_token)).not.toBe(alice.handle);
      expect(await oidc.tokenIntrospection(web, tokens.access_token)).toMatchObject({ active: true, sub });
      await oidc.tokenRevocation(web, tokens.access_token);
      await expect(oidc.fetchUserInfo(web, tokens.access_token, sub)).rejects.toThrow();
    }
  });

  test('OP6: nor do permissions tell it the id: what it calls the interface with names the same subject', async () => {
    const web = await party({ permissions: [Permission.MAPPING_VOTE] });
    const tokens = await authorize(service, alice, web, 'openid mapping:vote');
    const [, payload] = tokens.access_token.split('.');
    const { sub } = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as { sub: string };
    expect(sub).toBe(tokens.claims()!.sub);
  });

  test('nothing is said that was not asked for', async () => {
    const web = await party();
    const bare = await authorize(service, alice, web, 'openid');
    expect(bare.claims()).not.toHaveProperty('preferred_username');
    expect(bare.claims()).not.toHaveProperty('roles');
    expect(await oidc.fetchUserInfo(web, bare.access_token, bare.claims()!.sub)).toEqual({ sub: bare.claims()!.sub });
  });
});
