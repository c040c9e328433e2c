import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../src/modules/imports/sample.js';
import { commit, naming, setNames, staged } from '../modules/changes/support.js';
import { published, type ToldRelease } from '../modules/releases/support.js';
import { shellOn } from '../cli/support.js';
import { signUp, type Person } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let alice: Person;
let maintainer: Person;
let release: ToldRelease;
beforeAll(async () => {
  service = await startTestService();
  await setNames(service, SAMPLE_VERSION, { func_2003_d: null, func_2004_d: null });
  alice = await signUp(service, { handle: 'alice', roles: [RoleName.CONTRIBUTOR] });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  const manager = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
  release = await published(manager, SAMPLE_VERSION, 'STABLE');
});
afterAll(() => service.close());

const ask = (target: string, file: string) => service.http.inject({ url: `/exports/${target}/${file}` });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('names of a release', () => {
  test('are those that it was published with, to the byte', async () => {
    const artifact = (end: string) => release.artifacts.find(({ fileName }) => fileName.endsWith(end))!;
    const [whole, bare] = [await ask(release.name, 'names.zip'), await ask(release.name, 'names.zip?nodoc')];
    const zips = release.artifacts.filter(({ fileName }) => fileName.endsWith('.zip'));
    expect(zips.map((each) => each.sha256).sort()).toEqual([sha256(whole.rawPayload), sha256(bare.rawPayload)].sort());
    expect(artifact('.zip').size).toBeGreaterThan(0);
    expect(sha256((await ask(release.name, 'names.jsonl')).rawPayload)).toBe(release.digest);
  });

  test('may be kept for ever; what stands beside them in other formats may change', async () => {
    for (const file of ['names.zip', 'methods.csv', 'names.jsonl']) {
      const { headers } = await ask(release.name, file);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['last-modified']).toBe(new Date(release.publishedAt).toUTCString());
    }
    for (const [target, file] of [
      [release.name, 'joined.tsrg'],
      [`${release.name}+draft`, 'names.zip'],
    ] as const) {
      expect((await ask(target, file)).headers['cache-control']).toBe('public, no-cache');
    }
  });

  test('stay when those of the version change; a draft over them has what is proposed, and nothing else', async () => {
    const files = ['names.zip', 'methods.csv', 'names.jsonl', 'joined.tsrg?from=obf&to=mcp'];
    const tags = () => Promise.all(files.map(async (file) => (await ask(release.name, file)).headers.etag));
    const before = await tags();
    await staged(alice, naming({ func_2003_d: 'getPatch' }));
    await commit(maintainer);
    await staged(alice, naming({ func_2004_d: 'setHeight' }));
    expect(await tags()).toEqual(before);
    const draft = (await ask(`${release.name}+draft-alice`, 'methods.csv')).payload;
    expect([draft.includes(',setHeight,'), draft.includes(',getPatch,')]).toEqual([true, false]);
  });

  test('are written by the command line, too', async () => {
    const mcp = shellOn(service.db);
    const { stdout } = await mcp('export', '--release', release.name, '--format', 'METHODS_CSV');
    expect(stdout).toBe((await ask(release.name, 'methods.csv')).payload);
    const draft = await mcp('export', '--release', release.name, '--draft', 'alice', '--format', 'names.jsonl');
    expect(draft.stdout).toBe((await ask(`${release.name}+draft-alice`, 'names.jsonl')).payload);
  });

  test('are listed', async () => {
    const { releases } = (await service.http.inject({ url: '/exports/' })).json();
    expect(releases).toMatchObject([{ name: release.name, yanked: null }]);
    expect((await ask(release.name, '')).json()).toMatchObject({ release: release.name, version: SAMPLE_VERSION });
  });
});
