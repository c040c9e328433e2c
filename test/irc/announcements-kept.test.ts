import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/app/logger.js';
import { RoleName } from '../../src/auth/permissions.js';
import { Announcer } from '../../src/irc/announcements/announcer.js';
import { Gatherer, type Deed } from '../../src/irc/announcements/gatherer.js';
import { startBridge } from '../../src/irc/bridge.js';
import { Service } from '../../src/irc/service/service.js';
import { Tokens, type ClientKey } from '../../src/irc/service/tokens.js';
import { naming, staged } from '../modules/changes/support.js';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { signUp, type Person } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';
import { streamsOf } from './support/announced.js';
import { addIrcBot } from './support/bridge.js';

const PLACE = { network: 'TestNet', channel: '#mcp' };
let logged = '';
const log = createLogger({ level: 'info', stream: { write: (line: string) => void (logged += line) } });
const folder = temporaryFolders();

describe('What channels are told of', () => {
  let db: TestDatabase;
  let service: TestService;
  let client: ClientKey;
  let bot: string;
  let person: Person;
  let file: string;
  let url: string;
  let start: () => Promise<void>;
  let said: string[];
  const announcers: Announcer[] = [];

  beforeEach(async () => {
    const port = await freePort();
    url = `http://localhost:${port}`;
    db = await openTestDatabase();
    const secretKeys = [randomBytes(32).toString('hex')];
    let sample = true;
    start = async () => {
      service = await startTestService({ db, publicUrl: url, secretKeys, sample, liveTimes: { recheck: 200 } });
      sample = false;
      await service.http.listen({ port, host: '127.0.0.1' });
    };
    await start();
    ({ bot, client } = await addIrcBot(service));
    person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    file = join(await folder(), 'data', 'irc-channels.json');
    said = [];
    logged = '';
  }, 30_000);
  afterEach(async () => {
    for (const announcer of announcers.splice(0)) announcer.stop();
    await service.close();
    await db.close();
  });

  async function startAnnouncer(): Promise<Announcer> {
    const announcer = new Announcer({
      service: new Service(url, await Tokens.open(url, client), log),
      file,
      log,
      say: (network, channel, line) => void said.push(`${network} ${channel} ${line}`),
    });
    announcers.push(announcer);
    await announcer.start();
    return announcer;
  }

  const announcement = (srg: string, name: string) =>
    `TestNet #mcp [0.0-sample] ${person.handle} proposes ${srg}: (unnamed) => ${name} (method)`;

  /** Waits until something was said; what was said before is gone then. */
  async function heard(line: string): Promise<void> {
    await vi.waitFor(() => expect(said).toEqual([line]), { timeout: 15_000, interval: 100 });
    said = [];
  }

  test('is kept when the bridge is started anew', async () => {
    const first = await startAnnouncer();
    await first.channels.add(PLACE, ['staged', 'releases'], null);
    await streamsOf(service, 2);
    first.stop();
    await streamsOf(service, 0);
    const second = await startAnnouncer();
    expect(second.channels.of({ network: 'TestNet', channel: '#MCP' })).toEqual([
      { ...PLACE, topic: 'staged', version: null },
      { ...PLACE, topic: 'releases', version: null },
    ]);
    await streamsOf(service, 2);
    await staged(person, naming({ func_2006_f: 'isRipe' }));
    await heard(announcement('func_2006_f', 'isRipe'));
  }, 60_000);

  test('goes on when the service was away, and when the token of the bot is ended', async () => {
    const announcer = await startAnnouncer();
    await announcer.channels.add(PLACE, ['staged'], '0.0-sample');
    await streamsOf(service, 1);
    await service.close();
    await start();
    await streamsOf(service, 1);
    person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    await staged(person, naming({ func_2006_f: 'isRipe' }));
    await heard(announcement('func_2006_f', 'isRipe'));
    logged = '';
    await db.query(`UPDATE users SET token_epoch = token_epoch + 1 WHERE handle = $1`, [bot]);
    await vi.waitFor(() => expect(logged).toContain('UNAUTHENTICATED'), { timeout: 15_000 });
    await streamsOf(service, 1);
    await staged(person, naming({ func_2007_f: 'isWet' }));
    await heard(announcement('func_2007_f', 'isWet'));
  }, 60_000);

  test('changes one after the other, and stays as it is where the file can not be written', async () => {
    const { channels } = await startAnnouncer();
    await Promise.all(['0.1', '0.2', '0.3'].map((version) => channels.add(PLACE, ['staged'], version)));
    const wishes = ['0.1', '0.2', '0.3'].map((version) => ({ ...PLACE, topic: 'staged', version }));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ format: 1, wishes });
    await rm(file);
    await mkdir(file);
    await expect(channels.add(PLACE, ['commits'], null)).rejects.toThrow(`${file} is no file.`);
    expect(channels.of(PLACE)).toEqual(wishes);
    await expect(startAnnouncer()).rejects.toThrow(`${file} can not be read`);
  });

  test.each([
    ['no JSON', '{"format": 1,', 'it is no JSON'],
    ['another shape', '{"format": 2, "wishes": []}', 'format: '],
    ['a topic that there is not', JSON.stringify({ format: 1, wishes: [{ ...PLACE, topic: 'all', version: null }] }), 'wishes.0.topic: '], // prettier-ignore
  ])('stops the start where the file has %s, and stays as it is', async (_, text, why) => {
    file = join(await folder(), 'irc-channels.json');
    await writeFile(file, text);
    const started = startBridge({ networks: [], client, certificate: null, serviceUrl: url, channelsFile: file, log });
    await expect(started).rejects.toThrow(`${file} does not say which channels are told of what: ${why}`);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});

describe('What somebody goes on doing', () => {
  afterEach(() => void vi.useRealTimers());

  const deed = (what: Deed['what']): Deed => ({
    topic: 'staged',
    version: '0.1',
    by: 'alice',
    via: null,
    what,
    counts: new Map([['METHOD', 1]]),
    example: {} as Deed['example'],
  });

  test('is told 15 seconds after it began, and the rest of it later', () => {
    vi.useFakeTimers();
    const told: [number | undefined, Deed['what']][] = [];
    const gatherer = new Gatherer(({ counts, what }) => void told.push([counts.get('METHOD'), what]));
    for (let second = 0; second < 20; second++) {
      gatherer.add('alice', deed(second === 5 ? 'comments' : 'names'));
      vi.advanceTimersByTime(1_000);
    }
    expect(told).toEqual([[15, 'changes']]);
    vi.advanceTimersByTime(3_000);
    expect(told).toEqual([[15, 'changes'], [5, 'names']]); // prettier-ignore
    gatherer.add('alice', deed('names'));
    gatherer.stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(2);
  });
});
