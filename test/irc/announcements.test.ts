import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { commit, naming, staged } from '../modules/changes/support.js';
import { importCsv } from '../modules/imports/support.js';
import { publishAt } from '../modules/releases/support.js';
import { signUp, type Person as Account } from '../support/people.js';
import { importText } from '../support/versions.js';
import { toldTo } from './support/asker.js';
import { bigVersion, streamsOf } from './support/announced.js';
import { CHANNEL, startEvening, type Evening, type Modder } from './support/bridge.js';
import { describeIrc } from './support/network.js';
import type { Line } from './support/line.js';
import type { Person } from './support/person.js';

/** A channel of its own for whoever only listens. */
const HALL = '#hall';

describeIrc('!announce', () => {
  let evening: Evening;
  let bob: Modder;
  let web: Account;
  beforeAll(async () => {
    evening = await startEvening({ settings: { channels: [CHANNEL, HALL] } });
    bob = await evening.modder('bob', { roles: [RoleName.MAINTAINER] });
    await bob.irc.join(HALL);
    web = await signUp(evening.service, { roles: [RoleName.MAINTAINER] });
    await importText(evening.service.db, '0.9', bigVersion(1_200, 300));
  }, 90_000);
  afterAll(() => evening?.close());

  /** Says a command in a channel. @returns the line of the answer that fits */
  const saidIn = async (channel: string, irc: Person, text: string, wanted = /./): Promise<string> => {
    const before = new Set(irc.lines);
    irc.say(channel, text);
    const isAnswer = (line: Line) =>
      !before.has(line) && line.command === 'NOTICE' && line.nick === evening.bot && wanted.test(line.text);
    return (await irc.waitFor(isAnswer)).text;
  };
  const say = (text: string) => saidIn(CHANNEL, bob.irc, text);
  const announced = (channel: string, pattern: RegExp) =>
    bob.irc
      .waitFor(
        ({ command, nick, params, text }) =>
          command === 'PRIVMSG' && nick === evening.bot && params[0] === channel && pattern.test(text),
        30_000,
      )
      .then(({ text }) => text);
  const streams = (count: number) => streamsOf(evening.service, count);

  describe('is denied', () => {
    const denied: [string, () => Promise<Person>, RegExp][] = [
      ['who is not identified', () => evening.stranger('nobody'), /not logged in with the services/],
      [
        'whose account is not linked',
        async () => (await evening.modder('carol', { linked: false })).irc,
        /carol on TestNet is nobody here/,
      ],
      ['who may not commit', async () => (await evening.modder('dave')).irc, /takes the permission MAPPING_COMMIT/],
      [
        'who may, but has not allowed it to bots',
        async () => {
          const acting = [Permission.MAPPING_PROPOSE];
          return (await evening.modder('erin', { roles: [RoleName.MAINTAINER], acting })).irc;
        },
        /takes the permission MAPPING_COMMIT/,
      ],
    ];
    test.each(denied)('to somebody %s, and nothing changes', async (_, arrive, words) => {
      const irc = await arrive();
      for (const command of ['!announce on all', '!announce off commits', '!announce releases 0.9']) {
        await saidIn(CHANNEL, irc, command, words);
      }
      irc.quit();
      expect(await say('!announce')).toBe('#mcp is told of nothing.');
    });

    test('in private, where there is no channel that it is for', async () => {
      for (const command of ['announce', 'announce on all']) {
        expect(await toldTo(bob.irc, evening, command)).toEqual(['Say that in the channel that it is for.']);
      }
    });
  });

  test('tells anybody what the channel is told of; takes topics and versions that there are', async () => {
    // Of somebody who has asked nothing before: what one account may ask is counted.
    const walter = await evening.modder('walter', { roles: [RoleName.MAINTAINER] });
    const say = (text: string) => saidIn(CHANNEL, walter.irc, text);
    const usage = 'Usage: !announce [on or off] [staged, commits, releases or all] [version]';
    for (const words of ['on', 'off', 'nonsense', 'on nonsense', 'on all 0.9 0.9']) {
      expect(await say(`!announce ${words}`)).toBe(usage);
    }
    expect(await say('!announce on staged 9')).toMatch(/^There is no game version "9"\. There is /);
    expect(await say('!announce on staged 0.9')).toBe('#mcp is told of what is proposed (0.9).');
    expect(await say('!announce STAGED 0.0-sample')).toBe('#mcp is told of what is proposed (0.9, 0.0-sample).');
    expect(await say('!announce off staged 0.9')).toBe('#mcp is told of what is proposed (0.0-sample).');
    expect(await say('!announce on all')).toBe(
      '#mcp is told of what is proposed (all versions), what is committed (all versions), releases (all versions).',
    );
    expect(await say('!announce on staged 0.9')).toMatch(/^#mcp is told of what is proposed \(all versions\)/);
    expect(await say('!announce off all 0.9')).toBe(
      '#mcp is told of what is proposed in all versions: !announce off staged, then on for each.',
    );
    const stranger = await evening.stranger('frank');
    expect(await saidIn(CHANNEL, stranger, '!announce')).toMatch(/^#mcp is told of what is proposed/);
    stranger.quit();
    expect(await saidIn(HALL, bob.irc, '!announce')).toBe('#hall is told of nothing.');
    await streams(6);
    expect(await say('!announce off staged')).toBe(
      '#mcp is told of what is committed (all versions), releases (all versions).',
    );
    await streams(5);
    expect(await say('!announce off all')).toBe('#mcp is told of nothing.');
    await streams(0);
  }, 60_000);

  test('a batch of 1,500 is one line when it is proposed, and one when it is committed', async () => {
    await say('!announce on staged');
    await say('!announce on commits 0.9');
    await streams(5);
    const methods = Array.from({ length: 1_200 }, (_, n) => [`func_${5_000 + n}_a`, `method${n}`] as const);
    const fields = Array.from({ length: 300 }, (_, n) => [`field_${5_000 + n}_a`, `field${n}`] as const);
    await staged(web, naming(Object.fromEntries([...methods, ...fields])), { version: '0.9' });
    expect(await announced(CHANNEL, /proposes/)).toBe(
      `[0.9] ${web.handle} proposes 1,500 names: 1,200 methods, 300 fields`,
    );
    await commit(web, { version: '0.9' });
    expect(await announced(CHANNEL, /commits/)).toBe(
      `[0.9] ${web.handle} commits 1,500 changes: 1,200 methods, 300 fields`,
    );
    expect(bob.irc.heard(evening.bot).filter((text) => /proposes|commits/.test(text))).toHaveLength(2);
  }, 90_000);

  test('one change is told in full: of whom, by which bot, of a name or of a comment', async () => {
    const { handle } = bob.account;
    await toldTo(bob.irc, evening, 'sm func_2006_f isRipe');
    expect(await announced(CHANNEL, /func_2006_f/)).toBe(
      `[0.0-sample] ${handle} proposes func_2006_f by ${evening.bot}: (unnamed) => isRipe (method)`,
    );
    await toldTo(bob.irc, evening, 'rmc func_2001_b');
    expect(await announced(CHANNEL, /func_2001_b/)).toBe(
      `[0.0-sample] ${handle} proposes func_2001_b by ${evening.bot}: grow, no comment any more (method)`,
    );
    const comments = ['func_2007_f', 'func_2009_h_'].map((srg) => ({ srg, documentation: 'Whether it is.' }));
    await staged(web, comments, { version: '0.0-sample' });
    expect(await announced(CHANNEL, /comments/)).toBe(`[0.0-sample] ${web.handle} proposes 2 comments: 2 methods`);
  }, 60_000);

  test('only of the versions that the channel named; an import is told as one', async () => {
    // Turned off before: bob proposed for the sample, whose commits this channel did not ask for.
    await commit(web, { version: '0.0-sample' });
    await importCsv(evening.service.db, '0.9', { 'methods.csv': 'searge,name,side,desc\nfunc_5000_a,imported,2,\n' });
    expect(await announced(CHANNEL, /commits func_5000_a/)).toBe(
      '[0.9] An import commits func_5000_a: method0 => imported (method)',
    );
    expect(bob.irc.heard(evening.bot).some((text) => /0\.0-sample\] .* commits/.test(text))).toBe(false);
  }, 60_000);

  test('a release is told with what builds call it; what is turned off is told no more', async () => {
    const { db } = evening.service;
    expect(await saidIn(HALL, bob.irc, '!announce on all')).toMatch(/^#hall is told of what is proposed/);
    await say('!announce on releases');
    await streams(6);
    await publishAt(db, '0.9', new Date('2026-01-05T12:00:00Z'));
    const first = 'snapshot_20260105-0.9 is published: 1,500 entries, de.oceanlabs.mcp:mcp_snapshot:20260105-0.9@zip';
    expect(await announced(CHANNEL, /published/)).toBe(first);
    expect(await announced(HALL, /published/)).toBe(first);
    expect(await say('!announce off all')).toBe('#mcp is told of nothing.');
    await staged(web, naming({ func_5001_a: 'other' }), { version: '0.9', force: true });
    expect(await announced(HALL, /func_5001_a/)).toBe(
      `[0.9] ${web.handle} proposes func_5001_a: method1 => other (method)`,
    );
    await publishAt(db, '0.9', new Date('2026-01-06T12:00:00Z'));
    expect(await announced(HALL, /20260106/)).toBe(
      'snapshot_20260106-0.9 is published: 1 change since snapshot_20260105-0.9, de.oceanlabs.mcp:mcp_snapshot:20260106-0.9@zip',
    );
    const heard = bob.irc.lines.filter(({ command, params }) => command === 'PRIVMSG' && params[0] === CHANNEL);
    expect(heard.some(({ text }) => /func_5001_a|20260106/.test(text))).toBe(false);
  }, 60_000);
});
