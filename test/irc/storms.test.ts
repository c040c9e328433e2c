import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CHANNEL, startEvening, type Evening } from './support/bridge.js';
import { connectPerson } from './support/person.js';
import { describeIrc } from './support/network.js';

const WAIT = { timeout: 60_000, interval: 200 };

describeIrc('When the network is in trouble', () => {
  let evening: Evening;
  beforeAll(async () => {
    evening = await startEvening({ network: { second: true } });
  }, 60_000);
  afterAll(() => evening?.close());

  test('IR5: services that are killed stop what is done for people, not what is asked; once they are back it goes on', async () => {
    const { irc, account } = await evening.modder('alice');
    await evening.network.services.kill();
    await irc.ask(evening.bot, 'whoami', /services of TestNet do not answer/);
    await irc.ask(evening.bot, 'about', /readable names/);
    await evening.network.services.start();
    await irc.ask(evening.bot, 'whoami', new RegExp(`is ${account.handle} here`));
  }, 90_000);

  test('IR10: a netsplit with the nick on both sides, and after it: whoever speaks is whose account came with the message', async () => {
    const { bot, network } = evening;
    const bob = await evening.modder('bob');
    const isBob = new RegExp(`^bob \\(.*is ${bob.account.handle} here`);
    await bob.irc.ask(bot, 'whoami', isBob);
    await network.split!.unlink();
    const impostor = await connectPerson(network, 'bob', { second: true });
    await bob.irc.ask(bot, 'whoami', isBob);
    await network.split!.relink();
    // Whom of the two the server leaves the nick, and whom it gives another one, says nothing of who they are.
    await impostor.ask(bot, 'whoami', /not logged in with the services/);
    await bob.irc.ask(bot, 'whoami', isBob);
    impostor.cut();
  }, 120_000);

  test('IR15: a flood of 50 clients is not answered line by line; who asks later is', async () => {
    const flooders = await Promise.all(
      Array.from({ length: 50 }, (_, index) => connectPerson(evening.network, `flood${index}`)),
    );
    for (let round = 0; round < 10; round++) {
      for (const flooder of flooders) {
        flooder.say(evening.bot, 'help *');
        flooder.say(CHANNEL, '!!about');
      }
    }
    await vi.waitFor(
      () =>
        expect(flooders.some((each) => each.heard(evening.bot).some((text) => /wait half a minute/.test(text)))).toBe(
          true,
        ),
      WAIT,
    );
    const told = flooders.flatMap((each) => each.heard(evening.bot)).length;
    expect(told).toBeLessThan(200);
    for (const flooder of flooders) flooder.quit();
    const carol = await evening.modder('carol');
    await vi.waitFor(() => carol.irc.ask(evening.bot, 'about', /readable names/, 2_000), WAIT);
    expect(evening.bridge.connections[0]!.connected).toBe(true);
  }, 180_000);

  test('IR15: one account is counted as one, from however many hosts; the bot says so once', async () => {
    const { irc: first } = await evening.modder('erin');
    const second = await evening.stranger('erin2');
    await second.identify('erin', 'secret-of-irc');
    for (let round = 0; round < 15; round++) {
      for (const each of [first, second]) await each.ask(evening.bot, 'about', /readable names/);
    }
    await second.ask(evening.bot, 'about', /wait half a minute/);
    first.say(evening.bot, 'about');
    const other = await evening.stranger('frank');
    await other.ask(evening.bot, 'about', /readable names/);
    expect(first.heard(evening.bot)).toHaveLength(15);
    expect(second.heard(evening.bot)).toHaveLength(16);
  }, 90_000);

  test('a server that is killed and comes back finds the bot again', async () => {
    await evening.network.kill();
    await vi.waitFor(() => expect(evening.bridge.connections[0]!.connected).toBe(false), WAIT);
    await evening.network.restart();
    const dave = await evening.stranger('dave');
    await vi.waitFor(() => dave.ask(evening.bot, 'about', /readable names/, 2_000), WAIT);
  }, 180_000);
});
