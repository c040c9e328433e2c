import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { scheduledJobs } from '../../../src/app/jobs.js';
import { readSettings } from '../../../src/app/env.js';
import { createLogger } from '../../../src/app/logger.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { runDue } from '../../../src/modules/schedule/schedule.js';
import { outcomeOf } from '../../support/client.js';
import { hear, listen, socketClient, type Heard, type Listening } from '../../support/live.js';
import { signInAgain, signUp, type Person } from '../../support/people.js';
import { startReplica } from '../../support/replica.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, SCOPES, setNames, staged, undo } from '../changes/support.js';
import { importFiles } from '../imports/support.js';
import { DAY, PUBLISH, publishAt, published } from './support.js';

let service: TestService;
/** A second process on the same database, where there can be one. */
let replica: TestService;
let where: Listening;
let maintainer: Person;
let manager: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  replica = await startReplica(service);
  where = await listen(replica.http);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  manager = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

const namesOf = async (name = version) =>
  (
    await service.db.query<{ name: string }>(
      `SELECT r.name FROM releases r JOIN game_versions v ON v.id = r.version_id WHERE v.name = $1 ORDER BY r.id`,
      [name],
    )
  ).map((row) => row.name);

describe('two publishers at once make one release', () => {
  test.each(['SNAPSHOT', 'STABLE'] as const)('of the channel %s', async (channel) => {
    await setNames(service, version, { field_1_a: 'age' });
    const elsewhere = Object.assign(await signInAgain(replica, manager), {});
    const input = { version, channel };
    const outcomes = await Promise.all(
      [manager, elsewhere, manager, elsewhere].map(async (client) => outcomeOf(await client.send(PUBLISH, { input }))),
    );
    const late = channel === 'SNAPSHOT' ? 'ALREADY_EXISTS' : 'NOTHING_TO_RELEASE';
    expect(outcomes.sort()).toEqual([late, late, late, 'OK'].sort());
    expect(await namesOf()).toHaveLength(1);
  });

  test('stable releases of several versions have numbers of their own', async () => {
    const all = [version, `${version}.1`, `${version}.2`];
    for (const each of all) {
      if (each !== version) await importFiles(service.db, each, { 'joined.tsrg': SCOPES });
      await setNames(service, each, { field_1_a: 'age' });
    }
    const now = new Date();
    const made = await Promise.all(
      all.map((each, i) =>
        publishAsService((i % 2 === 0 ? service : replica).db, { version: each, channel: 'STABLE', now, via: 'test' }),
      ),
    );
    const numbers = made.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual([numbers[0], numbers[0]! + 1, numbers[0]! + 2]);
  });
});

test('every replica says the same of a release', async () => {
  await setNames(service, version, { field_1_a: 'age', func_10_a: 'tick' });
  const { name } = await published(manager, version, 'SNAPSHOT');
  const READ = `{ release(name: "${name}") { digest artifacts { fileName sha256 size } } }`;
  const [here, there] = await Promise.all([service.client().query(READ), replica.client().query(READ)]);
  expect(there).toEqual(here);
  const bodies = await Promise.all(
    [service, replica].map(async ({ http }) => (await http.inject(`/exports/${name}/names.jsonl`)).rawPayload),
  );
  expect(bodies[1]!.equals(bodies[0]!)).toBe(true);
});

describe('releasePublished', () => {
  const document = (args: string) => `subscription { releasePublished${args} { name version { name } changeCount } }`;

  async function listening(args: string): Promise<Heard> {
    const heard = hear(socketClient(where.socketUrl), document(args));
    await new Promise((resolve) => setTimeout(resolve, 300));
    return heard;
  }
  const heardNames = ({ results }: Heard) =>
    results.map(({ data }) => (data as { releasePublished: { name: string } }).releasePublished.name);

  test('tells each release as it is published, of what was asked for, over a socket', async () => {
    await setNames(service, version, { field_1_a: 'age' });
    const { version: elsewhere } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    await setNames(service, elsewhere, { field_1_a: 'age' });
    const all = await listening('');
    const ofVersion = await listening(`(version: "${version}")`);
    const stable = await listening(`(version: "${version}", channel: STABLE)`);
    const made = [
      (await published(manager, elsewhere, 'SNAPSHOT')).name,
      (await published(manager, version, 'SNAPSHOT')).name,
      (await published(manager, version, 'STABLE')).name,
    ];
    await vi.waitFor(() => expect(heardNames(all)).toEqual(made));
    await vi.waitFor(() => expect(heardNames(ofVersion)).toEqual(made.slice(1)));
    await vi.waitFor(() => expect(heardNames(stable)).toEqual(made.slice(2)));
    for (const heard of [all, ofVersion, stable]) heard.stop();
  });

  test('refuses a version that is not there', async () => {
    const heard = await listening('(version: "9.9.9")');
    await vi.waitFor(() => expect(heard.end).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]));
  });
});

describe('the daily snapshot', () => {
  const log = createLogger({ level: 'silent' });
  const jobsOf = ({ db }: TestService, at = '03:00') =>
    scheduledJobs(readSettings({ SNAPSHOT_AT: at, DUMP_AT: 'off' }), db, log);
  /** At an hour of a day far enough ahead that nothing else was published then. */
  let day = 0;
  const at = (time: string) => new Date(`2031-01-${String(day).padStart(2, '0')}T${time}:00Z`);
  beforeEach(() => {
    day += 1;
  });
  const due = (which: TestService, now: Date) => runDue(which.db, log, jobsOf(which), now);

  test('is published once across replicas, where something changed', async () => {
    await staged(maintainer, naming({ field_1_a: 'age' }), { version });
    expect(await due(service, at('02:59'))).toEqual([]);
    const done = await Promise.all([service, replica, service, replica].map((each) => due(each, at('03:00'))));
    expect(done.flat()).toEqual(['snapshots']);
    expect(await namesOf()).toEqual([`snapshot_203101${String(day).padStart(2, '0')}-${version}`]);
    expect(await due(replica, at('04:00'))).toEqual([]);

    // The next day nothing has changed; what was proposed and undone is no change either.
    day += 1;
    await staged(maintainer, naming({ field_2_b: 'height' }), { version });
    await undo(maintainer, 'field_2_b', version);
    await due(service, at('03:00'));
    expect(await namesOf()).toHaveLength(1);

    day += 1;
    await staged(maintainer, naming({ field_2_b: 'height' }), { version });
    await commit(maintainer, { version });
    await due(replica, at('03:01'));
    expect(await namesOf()).toHaveLength(2);
    const last = (await namesOf()).at(-1)!;
    const { release } = await service.client().query(`{ release(name: "${last}") { via publishedBy { handle } } }`);
    expect(release).toEqual({ via: 'schedule', publishedBy: null });
  });

  test('leaves out frozen versions, those without names, and what somebody has published that day', async () => {
    const { version: frozen } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    const { version: done } = await importFiles(service.db, `${version}.2`, { 'joined.tsrg': SCOPES });
    for (const each of [frozen, done]) await setNames(service, each, { field_1_a: 'age' });
    await service.db.query(`UPDATE game_versions SET frozen = true WHERE name = $1`, [frozen]);
    await publishAt(service.db, done, at('01:00'));
    await setNames(service, done, { field_1_a: 'height' });
    expect(await due(service, at('03:00'))).toEqual(['snapshots']);
    expect(await namesOf()).toEqual([]);
    expect(await namesOf(frozen)).toEqual([]);
    expect(await namesOf(done)).toHaveLength(1);
  });

  test('of the other versions is published where one fails, and the job is done later', async () => {
    const { version: broken } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    for (const each of [version, broken]) await setNames(service, each, { field_1_a: 'age' });
    await publishAt(service.db, broken, new Date(at('03:00').getTime() - 400 * DAY));
    // Its last release can not be read any more.
    await service.db.query(`ALTER TABLE release_files DISABLE TRIGGER USER`);
    await service.db.query(
      `DELETE FROM release_files WHERE release_id = (SELECT id FROM releases WHERE name LIKE '%-' || $1)`,
      [broken],
    );
    await staged(maintainer, naming({ field_2_b: 'height' }), { version: broken });
    try {
      expect(await due(service, at('03:00'))).toEqual([]);
      expect(await namesOf()).toHaveLength(1);
      expect(await namesOf(broken)).toHaveLength(1);
    } finally {
      await service.db.query(`ALTER TABLE release_files ENABLE TRIGGER USER`);
    }
  });

  test('is not published where the setting says off', () => {
    expect(jobsOf(service, 'off')).toEqual([]);
  });
});
