import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  ACCEPT,
  DENIED_TO_OTHERS,
  deniedToOthers,
  ircIdentitiesIn,
  linkedTo,
  newIrcBot,
  OFFER,
  offerOf,
  seen,
  type IrcBot,
} from './irc-support.js';
import { DENIED, denials, eventsOf } from './support.js';

let service: TestService;
let bot: IrcBot;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  bot = await newIrcBot(service);
});
afterAll(() => service.close());

const offer = (input: object) => bot.program.send(OFFER, { input });

describe('offerIrcLink', () => {
  it('IR12 is denied to all but the bot of the network', async () => {
    const input = seen();
    expect(await deniedToOthers(service, (client) => client.send(OFFER, { input }))).toEqual(DENIED_TO_OTHERS);
    expect(await service.db.query(`SELECT FROM one_time_secrets WHERE purpose = 'IRC_OFFER'`)).toEqual([]);
  });

  it('hands out an address of this service that is good for 10 minutes', async () => {
    const { offerIrcLink } = await bot.program.query(OFFER, { input: seen() });
    expect(offerIrcLink.userErrors).toEqual([]);
    expect(offerIrcLink.url).toMatch(/^http:\/\/localhost:4000\/account\/link-irc\?code=([0-9A-Z]{4}-?){4}$/);
    service.secrets.add(new URL(offerIrcLink.url as string).searchParams.get('code'));
    const left = new Date(offerIrcLink.expiresAt as string).getTime() - Date.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(600_000);
  });

  it('IR3, IR16 refuses to go by a name alone, and what is no account', async () => {
    for (const wrong of [{ accountId: null }, { accountId: '' }, { account: 'a b' }, { nick: 'x\ny' }]) {
      expect(outcomeOf(await offer(seen(wrong)))).toBe('INVALID_INPUT');
    }
  });

  it('ends the one before for the same account, and no other', async () => {
    const [person, account] = [await signUp(service), seen()];
    const [first, another] = [await offerOf(bot, account), await offerOf(bot, seen())];
    const second = await offerOf(bot, account);
    const outcomes: string[] = [];
    for (const code of [first, another, second]) outcomes.push(outcomeOf(await person.send(ACCEPT, { code })));
    expect(outcomes).toEqual(['CODE_INVALID', 'OK', 'OK']);
  });

  it('IR15 is limited to ten an hour for one account', async () => {
    const account = seen();
    const outcomes: string[] = [];
    for (let i = 0; i < 11; i++) outcomes.push(outcomeOf(await offer(account)));
    expect(outcomes).toEqual([...Array<string>(10).fill('OK'), 'RATE_LIMITED']);
    expect(outcomeOf(await offer(seen()))).toBe('OK');
  });

  it('IR3 sets a link aside whose name has changed hands', async () => {
    const [alice, hers] = [await signUp(service), seen()];
    await linkedTo(service, alice, hers);
    expect(outcomeOf(await offer(seen({ account: hers.account.toUpperCase() })))).toBe('OK');
    expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} ${hers.account} SUSPENDED`]);
    expect(await eventsOf(service, alice, 'identity.suspend')).toHaveLength(1);
  });
});

describe('acceptIrcLink', () => {
  it('is denied without a session and fresh presence, which uses no code up', async () => {
    const [person, account] = [await signUp(service), seen()];
    const code = await offerOf(bot, account);
    expect(await denials(service, person, ACCEPT, { code })).toEqual(DENIED);
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
    expect(outcomeOf(await person.send(ACCEPT, { code }))).toBe('OK');
  });

  it('links at once, and is recorded', async () => {
    const [person, account] = [await signUp(service), seen()];
    const code = await offerOf(bot, account);
    const { acceptIrcLink } = await person.query(ACCEPT, { code: code.toLowerCase().replaceAll('-', '') });
    expect(acceptIrcLink).toEqual({
      viewer: {
        identities: [
          { provider: 'LOCAL', network: null, displayName: person.handle, state: 'ACTIVE' },
          { provider: 'IRC', network: 'EsperNet', displayName: account.account, state: 'ACTIVE' },
        ],
      },
      userErrors: [],
    });
    expect(await eventsOf(service, person, 'identity.%')).toEqual([
      { action: 'identity.link', detail: 'IRC', actorId: person.userId },
    ]);
    expect(outcomeOf(await person.send(ACCEPT, { code }))).toBe('CODE_INVALID');
  });

  it.each(['PENDING', 'SUSPENDED', 'ACTIVE'] as const)("lets the caller's own count that was %s", async (state) => {
    const [person, account] = [await signUp(service), seen()];
    await linkedTo(service, person, account, state);
    const code = await offerOf(bot, account);
    expect(outcomeOf(await person.send(ACCEPT, { code }))).toBe('OK');
    expect(await ircIdentitiesIn(service, person)).toEqual([`EsperNet ${account.accountId} ${account.account} ACTIVE`]);
  });

  it("takes over what waits for somebody else, and leaves what is somebody else's", async () => {
    for (const state of ['PENDING', 'ACTIVE', 'SUSPENDED'] as const) {
      const [person, other, account] = [await signUp(service), await signUp(service), seen()];
      await linkedTo(service, other, account, state);
      const code = await offerOf(bot, account);
      const taken = state === 'PENDING';
      expect(outcomeOf(await person.send(ACCEPT, { code }))).toBe(taken ? 'OK' : 'IDENTITY_IN_USE');
      const owned = [`EsperNet ${account.accountId} ${account.account} ${taken ? 'ACTIVE' : state}`];
      expect([await ircIdentitiesIn(service, person), await ircIdentitiesIn(service, other)]).toEqual(
        taken ? [owned, []] : [[], owned],
      );
    }
  });

  it('refuses an old code, one that never was, and one to say to the bot', async () => {
    const person = await signUp(service);
    const code = await offerOf(bot, seen());
    await service.db.query(
      `UPDATE one_time_secrets SET expires_at = now() - interval '1 second' WHERE purpose = 'IRC_OFFER'`,
    );
    expect(outcomeOf(await person.send(ACCEPT, { code }))).toBe('CODE_EXPIRED');
    for (const wrong of ['', 'ABCD-EFGH-JKMN-PQRS', 'x'.repeat(10_000)]) {
      expect(outcomeOf(await person.send(ACCEPT, { code: wrong }))).toBe('CODE_INVALID');
    }
  });

  it.each<[string, (stopped: IrcBot) => Promise<unknown>]>([
    [
      'the network was taken from its client',
      ({ userId }) => service.db.query(`UPDATE oauth_clients SET networks = '{}' WHERE bot_id = $1`, [userId]),
    ],
    [
      'it was suspended',
      ({ userId }) => service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [userId]),
    ],
    [
      'its role was revoked',
      ({ userId }) => service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [userId]),
    ],
  ])('IR12 counts no word of a bot since %s', async (_name, stop) => {
    const [person, stopped] = [await signUp(service), await newIrcBot(service)];
    const code = await offerOf(stopped, seen());
    await stop(stopped);
    expect(outcomeOf(await person.send(ACCEPT, { code }))).toBe('CODE_INVALID');
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
  });

  it('takes ten wrong codes an hour; of many at once, one links', async () => {
    const person = await signUp(service);
    const code = await offerOf(bot, seen());
    const outcomes = await Promise.all([1, 2, 3].map(async () => outcomeOf(await person.send(ACCEPT, { code }))));
    expect(outcomes.sort()).toEqual(['CODE_INVALID', 'CODE_INVALID', 'OK']);
    for (let i = 0; i < 8; i++) await person.send(ACCEPT, { code });
    expect(outcomeOf(await person.send(ACCEPT, { code: await offerOf(bot, seen()) }))).toBe('RATE_LIMITED');
  });
});
