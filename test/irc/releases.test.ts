import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishAt, YANK } from '../modules/releases/support.js';
import { signUp } from '../support/people.js';
import { RoleName } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import { importCopies } from '../support/versions.js';
import { questions, undated } from './support/asker.js';
import { startEvening, type Evening } from './support/bridge.js';
import { describeIrc } from './support/network.js';

describeIrc('!latest, !versions, !version, !srg and !exports', () => {
  let evening: Evening;
  let ask: (text: string) => Promise<string[]>;
  let url: string;
  beforeAll(async () => {
    evening = await startEvening();
    ask = questions(evening);
    const { service } = evening;
    url = service.url;
    await importCopies(service.db, ['0.1', '0.2']);
    await service.db.query(`UPDATE game_versions SET frozen = true WHERE name = '0.1'`);
  }, 90_000);
  afterAll(() => evening?.close());

  const KNOWN = 'There is 0.2, 0.1, 0.0-sample.';
  test.each([
    ['!latest of a version that is not there', 'latest 9', [`There is no game version "9". ${KNOWN}`]],
    ['!version of one', 'version 9', [`There is no game version "9". ${KNOWN}`]],
    ['!srg of none', 'srg', ['Usage: !srg version']],
    ['!srg of one', 'srg 9', [`There is no game version "9". ${KNOWN}`]],
    ['!exports of one', 'exports 9', [`There is no game version "9". ${KNOWN}`]],
  ])('refuses %s', async (_, text, lines) => {
    expect(await ask(text)).toEqual(lines);
  });

  test('!latest: the newest of each channel that may be used, of all versions or one', async () => {
    const { service } = evening;
    const none = ['There is no snapshot release.', 'There is no stable release.'];
    expect(await ask('latest')).toEqual([...none, `The Maven repository: ${url}/maven/`]);
    await publishAt(service.db, '0.1', new Date('2026-01-05T12:00:00Z'));
    await publishAt(service.db, '0.1', new Date('2026-01-06T12:00:00Z'), 'STABLE');
    const yanked = await publishAt(service.db, '0.2', new Date('2026-01-07T12:00:00Z'));
    const snapshot = 'snapshot_20260105-0.1, 2026-01-05, 171 entries: de.oceanlabs.mcp:mcp_snapshot:20260105-0.1@zip';
    const stable = 'stable_1-0.1, 2026-01-06, 171 entries: de.oceanlabs.mcp:mcp_stable:1-0.1@zip';
    expect((await ask('latest SNAPSHOT'))[0]).toMatch(/^snapshot_20260107-0\.2, 2026-01-07, /);
    const manager = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
    const input = { release: encodeId('Release', yanked.id), reason: 'wrong' };
    expect((await manager.query(YANK, { input })).yankRelease.userErrors).toEqual([]);
    const maven = `The Maven repository: ${url}/maven/`;
    expect(await ask('latest')).toEqual([snapshot, stable, maven]);
    expect(await ask('latest stable 0.1')).toEqual([stable, maven]);
    expect(await ask('latest 0.2 snapshot')).toEqual(['There is no snapshot release of 0.2.', maven]);
  });

  test('!versions and !version: which is the current one, what is frozen, and how far it has come', async () => {
    const coverage = 'classes 39 of 39, methods 57 of 76, fields 43 of 58, parameters 71 of 95 named';
    expect(await ask('versions')).toEqual([
      `0.2: ${coverage}`,
      `0.1 (frozen): ${coverage}`,
      `0.0-sample (current, sample): ${coverage}`,
    ]);
    expect(undated(await ask('version'))).toEqual([
      `0.0-sample (current, sample): ${coverage}`,
      'Imported on DAY, 0 releases: !latest 0.0-sample, !exports 0.0-sample',
    ]);
    expect(undated(await ask('version 0.1'))).toEqual([
      `0.1 (frozen): ${coverage}`,
      'Imported on DAY, 2 releases: !latest 0.1, !exports 0.1',
    ]);
  });

  test('!srg and !exports: addresses at which there is a file', async () => {
    const [maven, ...files] = await ask('srg 0.1');
    expect(maven).toBe(`0.1: de.oceanlabs.mcp:mcp:0.1:srg@zip, in the Maven repository ${url}/maven/`);
    expect(files).toEqual([`${url}/exports/0.1/joined.srg`, `${url}/exports/0.1/joined.tsrg`]);
    const [folder, names] = await ask('exports');
    expect(folder).toBe(`The names of 0.0-sample as they are now: ${url}/exports/0.0-sample/`);
    expect(names).toMatch(/^Files: names\.zip methods\.csv fields\.csv params\.csv joined\.srg /);
    const artifact = `${url}/maven/de/oceanlabs/mcp/mcp/0.1/mcp-0.1-srg.zip`;
    const named = names!.split(' ').slice(1).map((file) => `${url}/exports/0.0-sample/${file}`); // prettier-ignore
    for (const address of [...files, artifact, ...named, `${files[1]}?from=obf&to=mcp`, `${named[1]}?nodoc`]) {
      expect(await fetch(address).then(({ status }) => [address, status])).toEqual([address, 200]);
    }
  });

  test('!version where no version is the current one', async () => {
    await evening.service.db.query(`UPDATE game_versions SET is_current = false`);
    expect(await ask('version')).toEqual([`No game version is the current one, so one must be named. ${KNOWN}`]);
    expect(await ask('gm grow')).toEqual([`No game version is the current one, so one must be named. ${KNOWN}`]);
  });
});
