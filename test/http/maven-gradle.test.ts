import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { fetched, release, sha256 } from '../modules/maven/support.js';
import { PROPOSE } from '../modules/changes/support.js';
import { signUp } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';
import { importCopies, importCsv } from '../support/versions.js';

const run = promisify(execFile);

/** Gradle of this machine; null where there is none, which only CI takes for a failure. */
function findGradle(): string | null {
  const path = process.env.GRADLE ?? '/usr/bin/gradle';
  if (existsSync(path)) return path;
  if (process.env.CI !== undefined) throw new Error('CI must have Gradle: apt-get install gradle.');
  return null;
}

/** What a build asks for, by the name of a configuration. */
type Wanted = Record<string, string>;

let service: TestService;
let origin: string;
let gradle: string | null;
let folder: string;
beforeAll(async () => {
  gradle = findGradle();
  if (gradle === null) return;
  folder = await mkdtemp(join(tmpdir(), 'mcp-gradle-'));
  service = await startTestService();
  await importCopies(service.db, ['1.12', '1.16.3']);
  await release(service, '1.12', 'STABLE', '2018-01-01', 39);
  await release(service, '1.12', 'SNAPSHOT', '2020-10-27');
  await release(service, '1.16.3', 'SNAPSHOT', '2020-10-28');
  origin = await service.http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await service?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

let builds = 0;

/** Runs a build that copies what it resolves. @returns the files of each configuration by name */
async function resolved(wanted: Wanted): Promise<Record<string, Record<string, Buffer>>> {
  const project = join(folder, `project${(builds += 1)}`);
  await mkdir(project);
  const names = Object.keys(wanted);
  const build = `
    repositories { maven { url = '${origin}/maven/' } }
    configurations { ${names.map((name) => `${name} { transitive = true }`).join('\n')} }
    dependencies { ${names.map((name) => `add('${name}', '${wanted[name]}')`).join('\n')} }
    configurations.all { resolutionStrategy.cacheDynamicVersionsFor 0, 'seconds' }
    task fetch {
      doLast {
        ${names.map((name) => `copy { from configurations.${name}; into 'fetched/${name}' }`).join('\n')}
        def list = [${names.map((name) => `'${name}': configurations.${name}.files.collect { it.name }`).join(', ')}]
        file('fetched/list.json').text = groovy.json.JsonOutput.toJson(list)
      }
    }`;
  await writeFile(join(project, 'settings.gradle'), `rootProject.name = 'mod'`);
  await writeFile(join(project, 'build.gradle'), build);
  await run(gradle!, ['--no-daemon', '--quiet', '--stacktrace', 'fetch'], {
    cwd: project,
    // A home of its own, so that nothing is taken from what somebody else has fetched.
    env: { ...process.env, GRADLE_USER_HOME: join(folder, 'home'), GRADLE_OPTS: '-Xmx256m' },
  });
  const read = (path: string) => readFile(join(project, 'fetched', path));
  const list = JSON.parse((await read('list.json')).toString()) as Record<string, string[]>;
  const files: Record<string, Record<string, Buffer>> = {};
  for (const [name, fileNames] of Object.entries(list)) {
    files[name] = {};
    for (const fileName of fileNames) files[name][fileName] = await read(`${name}/${fileName}`);
  }
  return files;
}

/** The checksum of a file of a release, as the database has it. */
async function published(fileName: string): Promise<string> {
  const rows = await service.db.query<{ sha256: Uint8Array }>(`SELECT sha256 FROM release_files WHERE file_name = $1`, [
    fileName,
  ]);
  return Buffer.from(rows[0]!.sha256).toString('hex');
}

// Each build starts a Java of its own.
describe('Gradle itself', { timeout: 240_000 }, () => {
  beforeEach((context: TestContext) => {
    if (gradle === null) context.skip('no Gradle on this machine');
  });

  test('resolves releases, and gets the bytes that were published', async () => {
    const files = await resolved({
      snapshot: 'de.oceanlabs.mcp:mcp_snapshot:20201028-1.16.3@zip',
      snapshotNodoc: 'de.oceanlabs.mcp:mcp_snapshot_nodoc:20201028-1.16.3@zip',
      stable: 'de.oceanlabs.mcp:mcp_stable:39-1.12@zip',
      stableNodoc: 'de.oceanlabs.mcp:mcp_stable_nodoc:39-1.12@zip',
      // The POM says that it is a zip.
      byPackaging: 'de.oceanlabs.mcp:mcp_snapshot:20201027-1.12',
    });
    const sums = Object.entries(files).map(([name, one]) => [
      name,
      Object.entries(one).map(([fileName, bytes]) => [fileName, sha256(bytes)]),
    ]);
    const expected = async (fileName: string) => [[fileName, await published(fileName)]];
    expect(Object.fromEntries(sums)).toEqual({
      snapshot: await expected('mcp_snapshot-20201028-1.16.3.zip'),
      snapshotNodoc: await expected('mcp_snapshot_nodoc-20201028-1.16.3.zip'),
      stable: await expected('mcp_stable-39-1.12.zip'),
      stableNodoc: await expected('mcp_stable_nodoc-39-1.12.zip'),
      byPackaging: await expected('mcp_snapshot-20201027-1.12.zip'),
    });
  });

  test('resolves the zips of game versions', async () => {
    const { srg, csrg, config } = await resolved({
      srg: 'de.oceanlabs.mcp:mcp:1.12:srg@zip',
      csrg: 'de.oceanlabs.mcp:mcp:1.12:csrg@zip',
      config: 'de.oceanlabs.mcp:mcp_config:1.12@zip',
    });
    const same = async (files: Record<string, Buffer>, path: string) => {
      const fileName = path.slice(path.lastIndexOf('/') + 1);
      expect(Object.keys(files)).toEqual([fileName]);
      expect(sha256(files[fileName]!)).toBe(sha256(await fetched(service, path)));
    };
    await same(srg!, 'mcp/1.12/mcp-1.12-srg.zip');
    await same(csrg!, 'mcp/1.12/mcp-1.12-csrg.zip');
    await same(config!, 'mcp_config/1.12/mcp_config-1.12.zip');
  });

  test('finds the newest by the metadata, and goes on to the next one', async () => {
    const newest = { newest: 'de.oceanlabs.mcp:mcp_snapshot:+@zip', stable: 'de.oceanlabs.mcp:mcp_stable:3+@zip' };
    const before = await resolved(newest);
    expect(Object.keys(before.newest!)).toEqual(['mcp_snapshot-20201028-1.16.3.zip']);
    expect(Object.keys(before.stable!)).toEqual(['mcp_stable-39-1.12.zip']);
    await importCsv(service.db, '1.16.3', 'methods.csv', 'searge,name\nfunc_2000_a,growUp\n');
    await release(service, '1.16.3', 'SNAPSHOT', '2020-10-29');
    await expect.poll(async () => (await fetched(service, 'versions.json')).toString()).toContain('20201029');
    const after = await resolved(newest);
    expect(Object.keys(after.newest!)).toEqual(['mcp_snapshot-20201029-1.16.3.zip']);
  });

  test('resolves a draft', async () => {
    const alice = await signUp(service, { handle: 'alice', roles: [RoleName.MAINTAINER] });
    const changes = [{ srg: 'func_2002_c', name: 'heightInMetres' }];
    await alice.query(PROPOSE, { input: { version: '1.16.3', changes, force: true } });
    const { draft } = await resolved({ draft: 'de.oceanlabs.mcp:mcp_snapshot:20201028-1.16.3+draft-alice@zip' });
    const path = 'mcp_snapshot/20201028-1.16.3+draft-alice/mcp_snapshot-20201028-1.16.3+draft-alice.zip';
    const sum = sha256(await fetched(service, path));
    expect(Object.values(draft!).map(sha256)).toEqual([sum]);
    expect(sum).not.toBe(await published('mcp_snapshot-20201028-1.16.3.zip'));
  });
});
