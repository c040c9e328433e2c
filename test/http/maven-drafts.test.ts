import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { PROPOSE } from '../modules/changes/support.js';
import { ask, fetched, release, ROOT, sha256, unzipped } from '../modules/maven/support.js';
import { signUp } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';
import { importCopies } from '../support/versions.js';

const ZIP = 'mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3.zip';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await importCopies(service.db, ['1.16.3']);
  await release(service, '1.16.3', 'SNAPSHOT', '2020-10-28');
});
afterAll(() => service.close());

const draft = (who: string) => {
  const version = `20201028-1.16.3+draft-${who}`;
  return `mcp_snapshot/${version}/mcp_snapshot-${version}`;
};

test('a release with the staged changes of somebody over it, never in a list', async () => {
  const alice = await signUp(service, { handle: 'alice', roles: [RoleName.MAINTAINER] });
  const changes = [{ srg: 'func_2002_c', name: 'heightInMetres' }];
  const { proposeChanges } = await alice.query(PROPOSE, { input: { version: '1.16.3', changes, force: true } });
  expect(proposeChanges.userErrors).toEqual([]);
  const answer = await ask(service, `${ROOT}/${draft('alice')}.zip`);
  expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'public, no-cache']);
  const own = await unzipped(answer.rawPayload);
  const published = await unzipped(await fetched(service, ZIP));
  const everybody = ZIP.replaceAll('20201028-1.16.3', '20201028-1.16.3+draft');
  expect((await fetched(service, everybody)).equals(answer.rawPayload)).toBe(true);
  expect(own['methods.csv']).toContain('func_2002_c,heightInMetres,');
  expect(published['methods.csv']).not.toContain('heightInMetres');
  expect(own['fields.csv']).toBe(published['fields.csv']);
  expect((await fetched(service, `${draft('alice')}.zip.sha256`)).toString()).toBe(sha256(answer.rawPayload));
  expect((await fetched(service, `${draft('alice')}.pom`)).toString()).toContain(
    '<version>20201028-1.16.3+draft-alice</version>',
  );
  // A build tool may write the plus sign either way.
  expect((await fetched(service, `${draft('alice').replaceAll('+', '%2B')}.zip`)).equals(answer.rawPayload)).toBe(true);
  expect((await fetched(service, 'mcp_snapshot/maven-metadata.xml')).toString()).not.toContain('draft');
  expect((await ask(service, '/versions.json')).body).not.toContain('draft');
});

test('nobody has no draft, nor has what was not released', async () => {
  for (const end of ['zip', 'zip.md5', 'pom']) {
    const answer = await ask(service, `${ROOT}/${draft('nobody')}.${end}`);
    expect([end, answer.statusCode, answer.json().errors[0].message]).toEqual([end, 404, 'There is no user "nobody".']);
  }
  const path = draft('alice').replaceAll('20201028', '20201029');
  expect((await ask(service, `${ROOT}/${path}.zip`)).statusCode).toBe(404);
});

test('a name that no database takes is nobody', async () => {
  for (const who of ['%00', 'a%00b', '%0a', '%EF%BF%BF', "'%20OR%201=1", 'x'.repeat(5_000)]) {
    for (const end of ['zip', 'zip.sha1', 'pom']) {
      const answer = await ask(service, `${ROOT}/${draft(who)}.${end}`);
      expect([who.slice(0, 20), end, answer.statusCode]).toEqual([who.slice(0, 20), end, 404]);
    }
  }
});
