import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { expectDenied, logged, makeBot, signUpCast, stateOf, type Cast } from '../roles/support.js';

let service: TestService;
let cast: Cast;
let target: Person;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  target = await signUp(service);
});
afterAll(() => service.close());

const LINK = `mutation ($input: AdminLinkIdentityInput!) { adminLinkIdentity(input: $input) {
  user { id identities { provider displayName network state lastUsedAt } } userErrors { code message path } } }`;

const usual = (given: object = {}) => ({
  user: target.id,
  provider: 'GITHUB',
  subject: '70001',
  displayName: 'octocat',
  reason: 'asked for by mail',
  ...given,
});
const link = (given: object = {}, by: Person = cast.admin) => by.send(LINK, { input: usual(given) });

const DENIED = {
  anonymous: 'UNAUTHENTICATED',
  user: 'FORBIDDEN',
  contributor: 'FORBIDDEN',
  maintainer: 'FORBIDDEN',
  releaseManager: 'FORBIDDEN',
  moderator: 'FORBIDDEN',
  staleAdmin: 'FORBIDDEN',
  suspendedAdmin: 'UNAUTHENTICATED',
  adminProgram: 'FORBIDDEN',
  adminBot: 'FORBIDDEN',
};

describe('adminLinkIdentity', () => {
  it('SE8 is for administrators with fresh presence alone', async () => {
    await expectDenied(service, cast, DENIED, (client) => client.send(LINK, { input: usual() }));
  });

  it('links an identity that counts at once, and tells the person; the log keeps no name', async () => {
    const { data } = await link();
    expect(data.adminLinkIdentity.userErrors).toEqual([]);
    expect(data.adminLinkIdentity.user.identities[1]).toEqual({
      provider: 'GITHUB',
      displayName: 'octocat',
      network: null,
      state: 'ACTIVE',
      lastUsedAt: null,
    });
    expect(await logged(service, 'identity.admin_link')).toEqual([
      { actorId: cast.admin.userId, subjectId: target.userId, via: null, detail: 'GITHUB: asked for by mail' },
    ]);
    const { viewer } = await target.query(`{ viewer { auditEvents(first: 1) { nodes { action actor { handle } } } } }`);
    expect(viewer.auditEvents.nodes).toEqual([{ action: 'identity.admin_link', actor: { handle: cast.admin.handle } }]);
  });

  it('links the accounts of IRC networks by network and id', async () => {
    const irc = { provider: 'IRC', network: 'EsperNet', subject: 'AAAAAAAAB', displayName: 'alice' };
    expect(outcomeOf(await link(irc))).toBe('OK');
    expect(outcomeOf(await link(irc))).toBe('ALREADY_EXISTS');
    // The same id on another network is another account.
    expect(outcomeOf(await link({ ...irc, network: 'Libera.Chat' }))).toBe('OK');
  });

  it('a name is shown as one line', async () => {
    const person = await signUp(service);
    const { data } = await link({ user: person.id, subject: '4711', displayName: ' evil\r\n\u202Ename ' });
    expect(data.adminLinkIdentity.user.identities[1].displayName).toBe('evilname');
  });

  it('refuses what is no identity, in words, and changes nothing', async () => {
    const bot = await makeBot(service, cast.admin);
    const before = await stateOf(service);
    const irc = { provider: 'IRC', network: 'EsperNet', subject: 'AAAAAAAAC' };
    const cases: [object, string, string][] = [
      [{ provider: 'LOCAL' }, 'INVALID_INPUT', 'provider'],
      [{ subject: 'octocat' }, 'INVALID_INPUT', 'subject'],
      [{ subject: '' }, 'INVALID_INPUT', 'subject'],
      [{ subject: '0' }, 'INVALID_INPUT', 'subject'],
      [{ subject: '007' }, 'INVALID_INPUT', 'subject'],
      [{ subject: '-7' }, 'INVALID_INPUT', 'subject'],
      [{ subject: '1'.repeat(21) }, 'INVALID_INPUT', 'subject'],
      [{ provider: 'DISCORD', subject: '80351110224678912x' }, 'INVALID_INPUT', 'subject'],
      [{ network: 'github' }, 'INVALID_INPUT', 'network'],
      [{ ...irc, network: null }, 'INVALID_INPUT', 'network'],
      [{ ...irc, network: ' ' }, 'INVALID_INPUT', 'network'],
      [{ ...irc, network: 'two words' }, 'INVALID_INPUT', 'network'],
      [{ ...irc, subject: '' }, 'INVALID_INPUT', 'subject'],
      [{ ...irc, subject: 'two words' }, 'INVALID_INPUT', 'subject'],
      [{ ...irc, subject: 'x'.repeat(65) }, 'INVALID_INPUT', 'subject'],
      [{ displayName: ' \u200B ' }, 'INVALID_INPUT', 'displayName'],
      [{ reason: ' ' }, 'INVALID_INPUT', 'reason'],
      [{ reason: 'x'.repeat(501) }, 'INVALID_INPUT', 'reason'],
      [{ user: bot.id, subject: '5' }, 'INVALID_INPUT', 'user'],
      [{ user: encodeId('User', 999_999), subject: '5' }, 'NOT_FOUND', 'user'],
    ];
    for (const [given, code, path] of cases) {
      const { data } = await link(given);
      expect([given, data.adminLinkIdentity.userErrors]).toMatchObject([given, [{ code, path: [path] }]]);
      expect(data.adminLinkIdentity.user).toBeNull();
    }
    for (const given of [{ user: encodeId('Identity', 1) }, { provider: 'GITLAB' }, { state: 'ACTIVE' }]) {
      expect(outcomeOf(await link(given))).toBe('BAD_USER_INPUT');
    }
    expect(await stateOf(service)).toEqual(before);
    const gone = await signUp(service);
    await service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [gone.userId]);
    expect(outcomeOf(await link({ user: gone.id, subject: '5' }))).toBe('NOT_FOUND');
  });

  it('never takes an identity from another account', async () => {
    const other = await signUp(service);
    const before = await stateOf(service);
    const { data } = await link({ user: other.id });
    expect(data.adminLinkIdentity).toMatchObject({
      user: null,
      userErrors: [{ code: 'IDENTITY_IN_USE', path: ['subject'] }],
    });
    // Whose it is, is not said.
    expect(JSON.stringify(data)).not.toContain(target.handle);
    expect(await stateOf(service)).toEqual(before);
  });

  it('OA9 of many who are given one identity at once one gets it', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => signUp(service)));
    for (let round = 1; round <= 5; round++) {
      const subject = `${round}000000`;
      const answers = await Promise.all(people.map(({ id }) => link({ user: id, subject, provider: 'DISCORD' })));
      expect(answers.map(outcomeOf).sort()).toEqual([...Array<string>(5).fill('IDENTITY_IN_USE'), 'OK']);
    }
    const rows = await service.db.query(`SELECT count(*)::int AS count FROM identities WHERE provider = 'DISCORD'`);
    expect(rows).toEqual([{ count: 5 }]);
    expect(
      (await logged(service, 'identity.admin_link')).filter(({ detail }) => detail!.startsWith('DISCORD')),
    ).toHaveLength(5);
  });
});
