import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEvening, CHANNEL, NETWORK, type Evening } from './support/bridge.js';
import { describeIrc } from './support/network.js';

describeIrc('Who somebody is', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening();
  }, 60_000);
  afterAll(() => evening?.close());

  test('IR1: the nick of somebody else without their account is nobody', async () => {
    const alice = await evening.modder('alice');
    await alice.irc.ask(evening.bot, 'whoami', /is .* here/);
    alice.irc.quit();
    const mallory = await evening.stranger('alice');
    await mallory.ask(evening.bot, 'whoami', /not logged in with the services/);
  });

  test('IR2: the account is the person, under whatever nick', async () => {
    const bob = await evening.modder('bob');
    await bob.irc.nick('bob_away');
    await bob.irc.ask(evening.bot, 'whoami', new RegExp(`^bob \\(.*is ${bob.account.handle} here`));
    await bob.irc.logout();
    await bob.irc.ask(evening.bot, 'whoami', /not logged in with the services/);
  });

  test('IR6: what calls itself NickServ and is not is not heard', async () => {
    const { entityId } = await evening.modder('carol');
    const mallory = await evening.modder('mallory', { linked: false });
    await evening.network.services.stop();
    const impostor = await evening.stranger('NickServ');
    try {
      mallory.irc.say(evening.bot, 'whoami');
      // Asked now, whoever has the nick may answer: as often as they like.
      await impostor.waitFor(/ACC mallory \*/);
      impostor.notice(evening.bot, `mallory -> mallory ACC 3 ${entityId}`);
      await mallory.irc.waitFor(/services of TestNet do not answer/);
    } finally {
      impostor.quit();
      await evening.network.services.start();
    }
    await mallory.irc.ask(evening.bot, 'whoami', /mallory on TestNet is nobody here/);
  }, 60_000);

  test('IR9: notices, actions and bots are not obeyed', async () => {
    const { irc } = await evening.modder('dave');
    irc.notice(evening.bot, '!about');
    irc.say(evening.bot, '\u0001ACTION !about\u0001');
    irc.say(evening.bot, '\u0001VERSION\u0001');
    irc.raw('MODE dave +B');
    irc.say(evening.bot, '!about');
    irc.say(CHANNEL, '!about');
    irc.raw('MODE dave -B');
    await irc.ask(evening.bot, '!help about', /^!about: /);
    expect(irc.heard(evening.bot).filter((text) => text.startsWith('I look up'))).toEqual([]);
  });

  test('IR11: nicks are one and the same by the rules of IRC', async () => {
    const brackets = await evening.modder('[erin]');
    await brackets.irc.nick('{ERIN}');
    await brackets.irc.ask(evening.bot, 'whoami', new RegExp(`is ${brackets.account.handle} here`));
  });

  test('IR8, IR7: what is typed comes back as one clean line', async () => {
    const { irc } = await evening.modder('frank');
    const answer = await irc.ask(evening.bot, 'help \u000304red\u0002\u202Eevil', /There is no command/);
    expect(answer).toBe('There is no command 04redevil.');
  });
});

describeIrc('A bot on several networks', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening({ also: [{ name: 'OtherNet', nick: 'otherbot' }] });
  }, 60_000);
  afterAll(() => evening?.close());

  test('IR12: answers on each, and speaks for people of those alone that its client has', async () => {
    const { irc, account } = await evening.modder('alice');
    await irc.ask(evening.bot, 'whoami', new RegExp(`on TestNet is ${account.handle} here`));
    await irc.ask('otherbot', 'about', /readable names/);
    await irc.ask('otherbot', 'whoami', /on OtherNet is nobody here: this client does not speak for this network/);
    await irc.ask('otherbot', 'link', /You do not speak for this IRC network/);
  });
});

describeIrc('IR16: a network that does not say by whose account a message came', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening({ network: { accountTag: false } });
  }, 60_000);
  afterAll(() => evening?.close());

  test('takes no links and no changes, says so, and answers questions', async () => {
    const { irc } = await evening.modder('alice');
    for (const command of ['link', 'link ABCD-EFGH', 'whoami']) {
      await irc.ask(evening.bot, command, /does not say by whose account a message came .*account-tag/);
    }
    await irc.ask(evening.bot, 'about', /readable names/);
    expect(evening.log()).toContain('no changes are taken');
  });
});

describeIrc('A network whose services do not tell the ids of accounts', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening({ network: { showEntityId: false } });
  }, 60_000);
  afterAll(() => evening?.close());

  test('takes no links, and says what its staff can do', async () => {
    const person = await evening.stranger('alice');
    await person.register('secret-of-irc');
    await person.ask(
      evening.bot,
      'link',
      new RegExp(`services of ${NETWORK} do not tell the ids of accounts.*show_entity_id`),
    );
  });
});
