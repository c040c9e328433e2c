import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import {
  CLAIM,
  codeOf,
  DENIED_TO_OTHERS,
  deniedToOthers,
  ircIdentitiesIn,
  linkedTo,
  newIrcBot,
  seen,
  type IrcBot,
} from './irc-support.js';
import { eventsOf } from './support.js';

let service: TestService;
let bot: IrcBot;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  bot = await newIrcBot(service);
});
afterAll(() => service.close());

const claim = (input: object) => bot.program.send(CLAIM, { input });

const expireCodes = ({ userId }: Person) =>
  service.db.query(`UPDATE one_time_secrets SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [userId]);

describe('claimIrcLink', () => {
  it('IR12 is denied to all but the bot of the network, and uses no code up', async () => {
    const person = await signUp(service);
    const input = seen({ code: await codeOf(person) });
    expect(await deniedToOthers(service, (client) => client.send(CLAIM, { input }))).toEqual(DENIED_TO_OTHERS);
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
    expect(outcomeOf(await claim(input))).toBe('OK');
  });

  it('lets the account wait for the word of whoever took the code, and says so', async () => {
    const person = await signUp(service);
    const code = await codeOf(person);
    const input = seen({ account: 'alice', code: ` ${code.toLowerCase().replace('-', ' ')} ` });
    const { claimIrcLink } = await bot.program.query(CLAIM, { input });
    expect(claimIrcLink).toEqual({
      accepted: true,
      message: `alice (${input.accountId}) waits for you to confirm it at ${service.auth.publicUrl}/account.`,
      userErrors: [],
    });
    expect(await ircIdentitiesIn(service, person)).toEqual([`EsperNet ${input.accountId} alice PENDING`]);
    expect(await eventsOf(service, person, 'identity.%')).toEqual([
      { action: 'identity.claim', detail: 'IRC EsperNet', actorId: bot.userId },
    ]);
    // A code is good once, also for the same account.
    expect(outcomeOf(await claim(input))).toBe('CODE_INVALID');
    const [row] = await service.db.query<{ id: number }>(`SELECT id FROM identities WHERE subject = $1`, [
      input.accountId,
    ]);
    const confirm = `mutation ($id: ID!) { confirmIdentityLink(input: { id: $id }) { userErrors { code } } }`;
    expect(outcomeOf(await person.send(confirm, { id: encodeId('Identity', row!.id) }))).toBe('OK');
    expect(await ircIdentitiesIn(service, person)).toEqual([`EsperNet ${input.accountId} alice ACTIVE`]);
  });

  it.each(['ACTIVE', 'PENDING', 'SUSPENDED'] as const)(
    'leaves what the same person has as it is (%s), but for the name',
    async (state) => {
      const person = await signUp(service);
      const account = seen();
      await linkedTo(service, person, account, state);
      const input = { ...account, account: `${account.account}-renamed`, code: await codeOf(person) };
      const { claimIrcLink } = await bot.program.query(CLAIM, { input });
      expect(claimIrcLink.accepted).toBe(true);
      expect(claimIrcLink.message).toContain(state === 'ACTIVE' ? 'is linked already' : 'waits for you to confirm it');
      expect(await ircIdentitiesIn(service, person)).toEqual([
        `EsperNet ${account.accountId} ${account.account}-renamed ${state}`,
      ]);
      const [row] = await service.db.query(`SELECT acting_permissions AS may FROM identities WHERE subject = $1`, [
        account.accountId,
      ]);
      expect(row).toEqual({ may: ['MAPPING_LOCK'] });
    },
  );

  it('takes over what waits for somebody else, with none of what that person allowed', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const account = seen();
    await linkedTo(service, other, account, 'PENDING');
    expect(outcomeOf(await claim({ ...account, code: await codeOf(person) }))).toBe('OK');
    expect(await ircIdentitiesIn(service, other)).toEqual([]);
    expect(await ircIdentitiesIn(service, person)).toEqual([
      `EsperNet ${account.accountId} ${account.account} PENDING`,
    ]);
    const [row] = await service.db.query(`SELECT acting_permissions AS may FROM identities WHERE subject = $1`, [
      account.accountId,
    ]);
    expect(row).toEqual({ may: ['MAPPING_PROPOSE', 'MAPPING_VOTE'] });
  });

  it.each(['ACTIVE', 'SUSPENDED'] as const)(
    "leaves somebody else's (%s), and does not say whose it is",
    async (state) => {
      const [person, other] = [await signUp(service), await signUp(service)];
      const account = seen();
      await linkedTo(service, other, account, state);
      const answer = await claim({ ...account, code: await codeOf(person) });
      expect(answer.data.claimIrcLink).toMatchObject({ accepted: false, userErrors: [{ code: 'IDENTITY_IN_USE' }] });
      expect(JSON.stringify(answer.data)).not.toContain(other.handle);
      expect(await ircIdentitiesIn(service, other)).toEqual([
        `EsperNet ${account.accountId} ${account.account} ${state}`,
      ]);
      expect(await ircIdentitiesIn(service, person)).toEqual([]);
    },
  );

  it('IR3, IR16 refuses to go by a name alone', async () => {
    const person = await signUp(service);
    const code = await codeOf(person);
    const { claimIrcLink } = await bot.program.query(CLAIM, { input: seen({ code, accountId: null }) });
    expect(claimIrcLink).toMatchObject({
      accepted: false,
      userErrors: [
        {
          code: 'INVALID_INPUT',
          path: ['accountId'],
          message:
            'The services of EsperNet do not tell the id of accounts, so that a name that changes hands could not be told from its first owner: nothing can be linked there.',
        },
      ],
    });
    expect(outcomeOf(await claim(seen({ code })))).toBe('OK');
  });

  it.each([
    { account: 'two words' },
    { account: 'ev\u202eil' },
    { account: 'line\r\nQUIT' },
    { accountId: '' },
    { accountId: 'ÄÄÄ' },
    { nick: '' },
    { nick: '\u0003red' },
  ])('IR7, IR8 refuses what is no account: %j', async (wrong) => {
    const person = await signUp(service);
    const code = await codeOf(person);
    expect(outcomeOf(await claim(seen({ code, ...wrong })))).toBe('INVALID_INPUT');
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
  });

  it('refuses a code of another network, an old one and one that never was, and uses up what there is', async () => {
    const libera = await newIrcBot(service, ['Libera']);
    const person = await signUp(service);
    const elsewhere = await codeOf(person);
    const said = { input: seen({ network: 'Libera', code: elsewhere }) };
    expect(outcomeOf(await libera.program.send(CLAIM, said))).toBe('CODE_INVALID');
    expect(outcomeOf(await claim(seen({ code: elsewhere })))).toBe('CODE_INVALID');
    const old = await codeOf(person);
    await expireCodes(person);
    expect(outcomeOf(await claim(seen({ code: old })))).toBe('CODE_EXPIRED');
    for (const code of ['', 'link', '0000-0000', 'x'.repeat(10_000)]) {
      expect(outcomeOf(await claim(seen({ code })))).toBe('CODE_INVALID');
    }
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
  });

  it.each<[string, (person: Person) => Promise<unknown>]>([
    [
      'suspended',
      ({ userId }) => service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [userId]),
    ],
    ['erased', ({ userId }) => service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [userId])],
    [
      'merged',
      ({ userId }) =>
        service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [userId, bot.owner.userId]),
    ],
  ])('refuses the code of an account that was %s meanwhile', async (_name, end) => {
    const person = await signUp(service);
    const code = await codeOf(person);
    await end(person);
    expect(outcomeOf(await claim(seen({ code })))).toBe('CODE_INVALID');
    expect(await ircIdentitiesIn(service, person)).toEqual([]);
  });

  it('of many at once, one claims', async () => {
    const person = await signUp(service);
    const code = await codeOf(person);
    const outcomes = await Promise.all([1, 2, 3, 4].map(async () => outcomeOf(await claim(seen({ code })))));
    expect(outcomes.sort()).toEqual(['CODE_INVALID', 'CODE_INVALID', 'CODE_INVALID', 'OK']);
    expect(await ircIdentitiesIn(service, person)).toHaveLength(1);
  });

  it('IR15 takes ten wrong codes an hour from one account, and lets others go on', async () => {
    const person = await signUp(service);
    const account = seen();
    for (let i = 0; i < 10; i++) expect(outcomeOf(await claim({ ...account, code: 'wrong' }))).toBe('CODE_INVALID');
    const code = await codeOf(person);
    expect(outcomeOf(await claim({ ...account, code }))).toBe('RATE_LIMITED');
    expect(outcomeOf(await claim(seen({ code })))).toBe('OK');
  });

  it('IR15 counts no success', async () => {
    const person = await signUp(service);
    const account = seen();
    for (let i = 0; i < 12; i++) expect(outcomeOf(await claim({ ...account, code: await codeOf(person) }))).toBe('OK');
  });

  it('IR3, IR11 sets a link aside whose name has changed hands, whatever becomes of the code', async () => {
    const [alice, thief] = [await signUp(service), await signUp(service)];
    const hers = seen({ account: '[Alice]~' });
    await linkedTo(service, alice, hers);
    const others = [seen({ account: '{alice}^', network: 'Snoonet' }), seen({ account: 'malice' })];
    for (const other of others) await linkedTo(service, thief, other);
    const his = seen({ account: '{ALICE}^' });
    expect(outcomeOf(await claim({ ...his, code: 'wrong' }))).toBe('CODE_INVALID');
    expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} [Alice]~ SUSPENDED`]);
    expect(await ircIdentitiesIn(service, thief)).toEqual(
      others.map(({ network, accountId, account }) => `${network} ${accountId} ${account} ACTIVE`),
    );
    expect(await eventsOf(service, alice, 'identity.suspend')).toEqual([
      {
        action: 'identity.suspend',
        actorId: bot.userId,
        detail: 'IRC: another account has its name on EsperNet',
      },
    ]);
  });

  it('IR4 sets nothing aside for an account that is linked itself', async () => {
    const [alice, other] = [await signUp(service), await signUp(service)];
    const [hers, theirs] = [seen(), seen()];
    await linkedTo(service, alice, hers);
    await linkedTo(service, other, theirs);
    const input = { ...theirs, account: hers.account, code: await codeOf(other) };
    expect(outcomeOf(await claim(input))).toBe('OK');
    expect(await ircIdentitiesIn(service, alice)).toEqual([`EsperNet ${hers.accountId} ${hers.account} ACTIVE`]);
  });
});
