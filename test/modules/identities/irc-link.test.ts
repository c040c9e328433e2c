import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeExpired } from '../../../src/modules/accounts/housekeeping.store.js';
import { outcomeOf } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged } from '../roles/support.js';
import {
  CLAIM,
  codeOf,
  DENIED_TO_OTHERS,
  deniedToOthers,
  ircIdentitiesIn,
  linkedTo,
  newIrcBot,
  NETWORK,
  seen,
  START,
  VOID,
  type IrcBot,
} from './irc-support.js';
import { DENIED, denials } from './support.js';

let service: TestService;
let bot: IrcBot;
beforeAll(async () => {
  service = await startTestService({ sample: false });
});
afterAll(() => service.close());

const claim = (input: object) => bot.program.send(CLAIM, { input });

it('startIrcLink says so where no bot is set up', async () => {
  const { startIrcLink } = await (await signUp(service)).query(START, { network: NETWORK });
  expect(startIrcLink).toMatchObject({
    code: null,
    userErrors: [{ code: 'NOT_FOUND', message: expect.stringContaining('no bot is set up'), path: ['network'] }],
  });
  bot = await newIrcBot(service);
});

describe('startIrcLink', () => {
  it('is denied without a session and fresh presence', async () => {
    const person = await signUp(service);
    expect(await denials(service, person, START, { network: NETWORK })).toEqual(DENIED);
    expect(await service.db.query(`SELECT FROM one_time_secrets WHERE user_id = $1`, [person.userId])).toEqual([]);
  });

  it('hands out a code with what to do with it, for the network in any case', async () => {
    const person = await signUp(service);
    const { startIrcLink } = await person.query(START, { network: ' esperNET ' });
    expect(startIrcLink.userErrors).toEqual([]);
    expect(startIrcLink.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(startIrcLink.instructions).toBe(
      `Identify with NickServ on EsperNet, then send this within 10 minutes: /msg ${bot.handle} link ${startIrcLink.code}`,
    );
  });

  it('names the networks there are for one that is not, and counts no bot that may not be used', async () => {
    const other = await newIrcBot(service, ['Snoonet']);
    const person = await signUp(service);
    const messageFor = async () =>
      (await person.query(START, { network: 'freenode' })).startIrcLink.userErrors[0].message;
    expect(await messageFor()).toBe('There is no such IRC network here: the networks are EsperNet, Snoonet.');
    await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [other.owner.userId]);
    expect(await messageFor()).toBe('There is no such IRC network here: the networks are EsperNet.');
  });

  it('lets an earlier code for the network count no more, and leaves those of others', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const [first, others] = [await codeOf(person), await codeOf(other)];
    const second = await codeOf(person);
    expect(outcomeOf(await claim(seen({ code: first })))).toBe('CODE_INVALID');
    expect(outcomeOf(await claim(seen({ code: second })))).toBe('OK');
    expect(outcomeOf(await claim(seen({ code: others })))).toBe('OK');
  });

  it('is limited to 20 codes an hour', async () => {
    const person = await signUp(service);
    const outcomes: string[] = [];
    for (let i = 0; i < 21; i++) outcomes.push(outcomeOf(await person.send(START, { network: NETWORK })));
    expect(outcomes).toEqual([...Array<string>(20).fill('OK'), 'RATE_LIMITED']);
  });
});

describe('voidIrcLink', () => {
  it('IR12 is denied to all but the bot of the network', async () => {
    const person = await signUp(service);
    const code = await codeOf(person);
    const input = { code, network: NETWORK };
    expect(await deniedToOthers(service, (client) => client.send(VOID, { input }))).toEqual(DENIED_TO_OTHERS);
    expect(outcomeOf(await claim(seen({ code })))).toBe('OK');
  });

  it('IR14 ends a code that was said in public; it is noted only where there was one', async () => {
    const person = await signUp(service);
    const code = await codeOf(person);
    const before = (await logged(service, 'identity.void_code')).length;
    for (const said of [code, code, 'hello']) {
      const { voidIrcLink } = await bot.program.query(VOID, { input: { code: said, network: NETWORK } });
      expect(voidIrcLink).toEqual({ ok: true, userErrors: [] });
    }
    expect(outcomeOf(await claim(seen({ code })))).toBe('CODE_INVALID');
    expect((await logged(service, 'identity.void_code')).slice(before)).toEqual([
      { actorId: bot.userId, subjectId: person.userId, via: 'API token test', detail: 'IRC EsperNet' },
    ]);
  });
});

it('what nobody confirmed for a week is forgotten', async () => {
  const person = await signUp(service);
  const accounts = [seen(), seen(), seen()] as const;
  await linkedTo(service, person, accounts[0], 'PENDING');
  await linkedTo(service, person, accounts[1], 'SUSPENDED');
  await service.db.query(`UPDATE identities SET linked_at = now() - interval '8 days' WHERE user_id = $1`, [
    person.userId,
  ]);
  await linkedTo(service, person, accounts[2], 'PENDING');
  await removeExpired(service.db, new Date());
  expect((await ircIdentitiesIn(service, person)).map((text) => text.split(' ')[1])).toEqual([
    accounts[1].accountId,
    accounts[2].accountId,
  ]);
});
