import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Line } from './support/line.js';
import { describeIrc, startIrcNetwork, type IrcNetwork } from './support/network.js';
import { connectPerson, type Person, type PersonOptions } from './support/person.js';

const PASSWORD = 'secret-of-irc';

describeIrc('An IRC network of the tests', () => {
  let network: IrcNetwork;

  beforeAll(async () => {
    network = await startIrcNetwork({ second: true, tls: true });
  });
  afterAll(() => network?.stop());

  const arrive = (nick: string, options?: PersonOptions): Promise<Person> => connectPerson(network, nick, options);

  async function registered(nick: string, options?: PersonOptions): Promise<Person> {
    const person = await arrive(nick, options);
    await person.register(PASSWORD);
    return person;
  }

  /** What comes of a message from one to another. */
  async function sent(from: Person, to: Person, text: string): Promise<Line> {
    from.say(to.name, text);
    return to.waitFor(({ command, nick, text: said }) => command === 'PRIVMSG' && nick === from.name && said === text);
  }

  test('an account keeps its id under another name, and who registers a dropped name has another', async () => {
    const alice = await registered('alice');
    const id = await alice.entityId();
    await alice.renameAccount('alice2');
    expect(await alice.entityId()).toBe(id);
    await alice.drop('alice2', PASSWORD);
    const thief = await arrive('alice2');
    await thief.register(PASSWORD);
    expect(await thief.entityId()).not.toBe(id);
  });

  test('a message has the tag of the account that it came from, as long as that is logged in', async () => {
    const [ann, reader] = await Promise.all([registered('ann'), arrive('reader')]);
    expect((await sent(ann, reader, 'one')).tags).toMatchObject({ account: 'ann' });
    await ann.logout();
    expect((await sent(ann, reader, 'two')).tags).not.toHaveProperty('account');
    await ann.identify('ann', PASSWORD);
    await ann.nick('anna');
    expect((await sent(ann, reader, 'three')).tags).toMatchObject({ account: 'ann' });
  });

  test('tags say when a message came, which it is, and what sends it; a client cannot say so itself', async () => {
    const [bot, reader] = await Promise.all([arrive('robot'), arrive('reader2')]);
    bot.raw('@account=ann;inspircd.org/service;inspircd.org/bot;+typing=active PRIVMSG reader2 :forged');
    const forged = await reader.waitFor(/ :forged$/);
    expect(Object.keys(forged.tags).sort()).toEqual(['+typing', 'msgid', 'time']);
    bot.raw('MODE robot +B');
    await bot.waitFor(/ MODE robot :\+B$/);
    const { tags } = await sent(bot, reader, 'beep');
    expect(tags).toMatchObject({ 'inspircd.org/bot': '', bot: '' });
    await reader.ask('NickServ', 'ACC reader2', / ACC 0/);
    const notice = reader.lines.find(({ nick }) => nick === 'NickServ');
    expect(notice).toMatchObject({
      source: 'NickServ!NickServ@services.test.local',
      tags: { 'inspircd.org/service': '' },
    });
  });

  test('a channel hears who is logged in: on joining, on logging in and out, and when asked (WHOX)', async () => {
    const [carol, reader] = await Promise.all([registered('carol'), arrive('reader3')]);
    await reader.join('#room');
    await carol.join('#room');
    expect((await reader.waitFor(/^:carol!\S+ JOIN /)).params).toEqual(['#room', 'carol', 'carol']);
    await carol.logout();
    await reader.waitFor(/^:carol!\S+ ACCOUNT :?\*$/);
    await carol.identify('carol', PASSWORD);
    await reader.waitFor(/^:carol!\S+ ACCOUNT :?carol$/);
    reader.raw('WHO #room %tna,42');
    await reader.waitFor(/ 354 reader3 42 carol :?carol$/);
    await reader.waitFor(/ 354 reader3 42 reader3 :?0$/);
  });

  test('NickServ tells about an account, and takes a nick back for it', async () => {
    const dora = await registered('dora');
    await dora.ask('NickServ', 'INFO dora', /^Entity ID +: \w+$/);
    await dora.nick('dora2');
    const squatter = await arrive('dora');
    await dora.ask('NickServ', 'GHOST dora', /has been ghosted/);
    await squatter.waitFor(/^ERROR /);
  });

  test('a wait that nothing answers says what came instead, and a line answers one wait alone', async () => {
    const [eve, reader] = await Promise.all([arrive('eve'), arrive('reader4')]);
    await sent(eve, reader, 'once');
    eve.say('reader4', 'else');
    await reader.waitFor(/PRIVMSG \S+ :else$/);
    eve.say('reader4', 'instead');
    await expect(reader.waitFor(/PRIVMSG \S+ :(once|else)$/, 300)).rejects.toThrow(
      /Instead came:[^]*PRIVMSG reader4 :instead$/,
    );
    expect(reader.heard('EVE')).toEqual(['once', 'else', 'instead']);
    reader.cut();
    await expect(reader.waitFor(/never/)).rejects.toThrow('reader4 was cut off');
    await expect(connectPerson(network, 'eve')).rejects.toThrow('Somebody is eve already.');
  });

  test('sixty come at once', async () => {
    const crowd = await Promise.all(Array.from({ length: 60 }, (_, index) => arrive(`crowd${index}`)));
    await Promise.all(crowd.map((person) => person.register(PASSWORD)));
    const ids = await Promise.all(crowd.map((person) => person.entityId()));
    expect(new Set(ids).size).toBe(60);
    for (const person of crowd) person.quit();
  });

  test('over TLS: SASL with a password, or with a certificate that the account knows', async () => {
    const [certificate, strange] = await Promise.all(
      ['own', 'strange'].map((name) => network.tls!.makeClientCertificate(name)),
    );
    const frank = await registered('frank', { tls: certificate });
    const id = await frank.entityId();
    await frank.ask('NickServ', 'CERT ADD', /Added fingerprint/);
    const plain = await arrive('frank2', { tls: true, sasl: { account: 'frank', password: PASSWORD } });
    expect(await plain.entityId()).toBe(id);
    const external = await arrive('frank3', { tls: certificate, sasl: 'EXTERNAL' });
    expect(await external.entityId()).toBe(id);
    await expect(arrive('frank4', { tls: strange, sasl: 'EXTERNAL' })).rejects.toThrow('SASL authentication failed');
    await expect(arrive('frank5', { sasl: { account: 'frank', password: 'wrong' } })).rejects.toThrow(
      'SASL authentication failed',
    );
  });

  test('a split parts people, lets two have one nick, and heals', async () => {
    const near = await registered('near');
    const far = await arrive('far', { second: true });
    await far.identify('near', PASSWORD);
    for (const person of [near, far]) await person.join('#split');
    expect((await sent(far, near, 'hello')).tags).toMatchObject({ account: 'near' });
    await network.split!.unlink();
    await near.waitFor(/^:far!\S+ QUIT /);
    far.say('NickServ', 'ACC');
    await far.waitFor(/ 401 far NickServ /);
    const twin = await arrive('near', { second: true });
    await network.split!.relink();
    // Of two who share user and host, the server leaves the nick to who came later; the other goes by a number.
    await near.waitFor(({ command, text }) => command === 'NICK' && text === near.name && text !== 'near');
    await near.waitFor(/^:far!\S+ JOIN #split/);
    expect((await sent(far, near, 'again')).tags).toMatchObject({ account: 'near' });
    expect((await sent(near, far, 'was near')).tags).toMatchObject({ account: 'near' });
    expect((await sent(twin, far, 'is near')).tags).not.toHaveProperty('account');
  });

  test('services that stop, or are killed, leave people logged in, and know their accounts again', async () => {
    const [gina, reader] = await Promise.all([registered('gina'), arrive('reader5')]);
    const id = await gina.entityId();
    for (const end of ['stop', 'kill'] as const) {
      await network.services[end]();
      gina.say('NickServ', 'ACC');
      await gina.waitFor(/ 401 gina NickServ /);
      expect((await sent(gina, reader, 'still here')).tags).toMatchObject({ account: 'gina' });
      const impostor = await arrive('NickServ');
      impostor.notice('reader5', 'gina -> gina ACC 3 AAAAAAAAB');
      expect((await reader.waitFor(/^:NickServ!\S+ NOTICE /)).tags).not.toHaveProperty(['inspircd.org/service']);
      await network.services.start();
      await impostor.waitFor(/^ERROR .*Killed/);
      expect(await gina.entityId()).toBe(id);
    }
  });

  test('a server that is killed cuts everybody off; started again, it has its services and their accounts', async () => {
    const hugo = await registered('hugo');
    const id = await hugo.entityId();
    await network.kill();
    await expect(hugo.waitFor(/never/)).rejects.toThrow('hugo was cut off');
    await expect(connectPerson(network, 'hugo')).rejects.toThrow('hugo was cut off');
    await network.restart();
    const back = await arrive('hugo');
    await back.identify('hugo', PASSWORD);
    expect(await back.entityId()).toBe(id);
  });
});

describeIrc('A poorer network of the tests', () => {
  test('says neither whose account a message is from, nor what its id is', async () => {
    const network = await startIrcNetwork({ accountTag: false, showEntityId: false });
    try {
      const [ines, reader] = await Promise.all([connectPerson(network, 'ines'), connectPerson(network, 'reader')]);
      await ines.register(PASSWORD);
      ines.say('reader', 'hello');
      expect((await reader.waitFor(/ :hello$/)).tags).not.toHaveProperty('account');
      expect(await reader.ask('NickServ', 'ACC ines *', / ACC 3/)).toBe('ines -> ines ACC 3 ');
    } finally {
      await network.stop();
    }
  });
});
