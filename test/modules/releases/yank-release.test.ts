import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { yankRelease } from '../../../src/modules/releases/yank.service.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { SCOPES, setNames, versionId } from '../changes/support.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, logged, signUpCast, type Cast } from '../roles/support.js';
import { callerOf, fileOf, publish, published, RELEASE, releaseId, releaseState, YANK } from './support.js';

let service: TestService;
let cast: Cast;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
  await setNames(service, version, { field_1_a: 'age' });
});
afterAll(() => service.close());

const send = async (client: TestClient, release: string, reason = 'wrong') =>
  outcomeOf(await client.send(YANK, { input: { release, reason } }));

test('who may yank: RELEASE_PUBLISH for the version with fresh presence, no token; a denied call changes nothing', async () => {
  const { id } = await published(cast.releaseManager, version, 'SNAPSHOT');
  const { version: elsewhere } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
  const local = await signUp(service, {
    roles: [RoleName.RELEASE_MANAGER],
    gameVersionId: await versionId(service, elsewhere),
  });
  const before = await releaseState(service);
  const denied = {
    anonymous: 'UNAUTHENTICATED',
    suspendedAdmin: 'UNAUTHENTICATED',
    user: 'FORBIDDEN',
    contributor: 'FORBIDDEN',
    maintainer: 'FORBIDDEN',
    moderator: 'FORBIDDEN',
    staleAdmin: 'FORBIDDEN',
    adminProgram: 'FORBIDDEN',
    adminBot: 'FORBIDDEN',
  } as const;
  await expectDenied(service, cast, denied, (client) => client.send(YANK, { input: { release: id, reason: 'wrong' } }));
  expect(await send(local, id)).toBe('FORBIDDEN');
  expect(await releaseState(service)).toEqual(before);
  expect(await send(cast.releaseManager, id)).toBe('OK');
});

test('a yanked release says so, once and for all, and keeps everything else', async () => {
  const before = await published(cast.releaseManager, version, 'STABLE');
  const bytes = await fileOf(service.db, before.name, 'names.jsonl.gz');
  const { yankRelease: outcome } = await cast.releaseManager.query(YANK, {
    input: { release: before.id, reason: ' Half of it is wrong. ' },
  });
  const yanked = {
    ...before,
    yanked: 'Half of it is wrong.',
    yankedAt: expect.any(String),
    yankedBy: { handle: cast.releaseManager.handle },
  };
  expect(outcome).toEqual({ release: yanked, request: null, userErrors: [] });
  const { release } = await service.client().query(`{ release(name: "${before.name}") { ${RELEASE} } }`);
  expect(release).toEqual(yanked);
  expect(await fileOf(service.db, before.name, 'names.jsonl.gz')).toEqual(bytes);
  expect((await logged(service, 'release.yank')).at(-1)).toEqual({
    actorId: cast.releaseManager.userId,
    subjectId: null,
    via: null,
    detail: `${before.name}: Half of it is wrong.`,
  });

  const state = await releaseState(service);
  const again = await cast.admin.query(YANK, { input: { release: before.id, reason: 'Another reason.' } });
  expect(again.yankRelease.userErrors).toMatchObject([
    { code: 'ALREADY_EXISTS', path: ['release'], message: `${before.name} is yanked already.` },
  ]);
  expect(await releaseState(service)).toEqual(state);
});

test('the next one follows it all the same', async () => {
  const { id, name } = await published(cast.releaseManager, version, 'STABLE');
  expect(await send(cast.releaseManager, id)).toBe('OK');
  const { userErrors } = await publish(cast.releaseManager, { version, channel: 'STABLE' });
  expect(userErrors).toMatchObject([{ code: 'NOTHING_TO_RELEASE' }]);
  await setNames(service, version, { field_1_a: 'height' });
  expect((await published(cast.releaseManager, version, 'STABLE')).previous).toEqual({ name });
});

test('it takes a reason, and a release', async () => {
  const { id } = await published(cast.releaseManager, version, 'SNAPSHOT');
  expect(await send(cast.releaseManager, id, '  ')).toBe('INVALID_INPUT');
  expect(await send(cast.releaseManager, id, 'x'.repeat(501))).toBe('INVALID_INPUT');
  expect(await send(cast.releaseManager, releaseId(999_999))).toBe('NOT_FOUND');
  expect(await send(cast.releaseManager, cast.releaseManager.id)).toBe('BAD_USER_INPUT');
});

test('RO4 a role that is gone by the time that it is written yanks nothing', async () => {
  const { id } = await published(cast.releaseManager, version, 'SNAPSHOT');
  const person = await signUp(service);
  const caller = await callerOf(service, person, [RoleName.RELEASE_MANAGER]);
  const release = Number(Buffer.from(id, 'base64url').toString().split(':')[1]);
  const before = await releaseState(service);
  await expect(yankRelease(service.db, caller, { release, reason: 'wrong' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(await releaseState(service)).toEqual(before);
});
