import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { confirmRelease } from '../../../src/modules/releases/confirm.service.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, SCOPES, setNames, staged, versionId } from '../changes/support.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, logged, signUpCast, type Cast } from '../roles/support.js';
import {
  afterFirst,
  callerOf,
  confirm,
  CONFIRM,
  publish,
  publishAt,
  published,
  releaseState,
  REQUESTS,
  requestId,
  WITHDRAW,
} from './support.js';

let service: TestService;
let cast: Cast;
let asking: Person;
let other: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false, releaseRules: { confirmStable: true } });
  cast = await signUpCast(service);
  asking = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
  other = cast.releaseManager;
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
  await setNames(service, version, { field_1_a: 'age' });
});
afterAll(() => service.close());

/** Asks for a stable release. @returns the request's id */
async function asked(client: TestClient = asking, notes: string | null = null): Promise<string> {
  const { release, request, userErrors } = await publish(client, { version, channel: 'STABLE', notes });
  expect({ release, userErrors }).toEqual({ release: null, userErrors: [] });
  return request!.id;
}

const sendConfirm = async (client: TestClient, request: string) =>
  outcomeOf(await client.send(CONFIRM, { input: { request } }));
const sendWithdraw = async (client: TestClient, request: string) =>
  outcomeOf(await client.send(WITHDRAW, { input: { request } }));
const requestsOf = async (client: TestClient) => {
  const { releaseRequests } = await client.query(REQUESTS);
  return (releaseRequests as { id: string; version: { name: string } }[]).filter(
    (request) => request.version.name === version,
  );
};

/** A release manager of another version alone. */
async function local(): Promise<Person> {
  const { version: elsewhere } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
  return signUp(service, {
    roles: [RoleName.RELEASE_MANAGER],
    gameVersionId: await versionId(service, elsewhere),
  });
}

const DENIED = {
  anonymous: 'UNAUTHENTICATED',
  suspendedAdmin: 'UNAUTHENTICATED',
  user: 'FORBIDDEN',
  contributor: 'FORBIDDEN',
  maintainer: 'FORBIDDEN',
  moderator: 'FORBIDDEN',
} as const;

describe('RO7 a stable release takes two people', () => {
  test('who may confirm: RELEASE_PUBLISH for the version with fresh presence; a denied call changes nothing', async () => {
    const request = await asked();
    const away = await local();
    const before = await releaseState(service);
    await expectDenied(
      service,
      cast,
      { ...DENIED, staleAdmin: 'FORBIDDEN', adminProgram: 'FORBIDDEN', adminBot: 'FORBIDDEN' },
      (client) => client.send(CONFIRM, { input: { request } }),
    );
    expect(await sendConfirm(away, request)).toBe('FORBIDDEN');
    expect(await sendConfirm(asking, request)).toBe('FORBIDDEN');
    expect(await releaseState(service)).toEqual(before);
    expect(await sendConfirm(cast.admin, request)).toBe('OK');
  });

  test('one asks, and nothing is published; another one confirms', async () => {
    const { request } = await publish(asking, { version, channel: 'STABLE', notes: 'The first.' });
    expect(request).toMatchObject({
      id: expect.any(String),
      notes: 'The first.',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      requestedBy: { handle: asking.handle },
    });
    expect(
      await service.db.query(`SELECT FROM releases WHERE version_id = $1`, [await versionId(service, version)]),
    ).toEqual([]);
    const { message } = await asking.refused(CONFIRM, { input: { request: request!.id } });
    expect(message).toBe('A stable release takes two people: somebody else confirms what you asked for.');

    const { release, request: left } = await confirm(other, request!.id);
    expect(left).toBeNull();
    expect(release).toMatchObject({
      channel: 'STABLE',
      notes: 'The first.',
      digest: request!.digest,
      publishedBy: { handle: asking.handle },
      confirmedBy: { handle: other.handle },
    });
    expect(await requestsOf(other)).toEqual([]);
    expect(await sendConfirm(other, request!.id)).toBe('NOT_FOUND');
    expect((await logged(service, 'release.request')).at(-1)).toMatchObject({
      actorId: asking.userId,
      detail: version,
    });
    expect((await logged(service, 'release.publish')).at(-1)).toMatchObject({
      actorId: other.userId,
      detail: release!.name,
    });
  });

  test('snapshots are published at once', async () => {
    expect((await published(asking, version, 'SNAPSHOT')).channel).toBe('SNAPSHOT');
  });

  test('an account that was merged into that of the other one is the same person', async () => {
    const second = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
    const first = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
    const request = await asked(first);
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [first.userId, second.userId]);
    expect(await sendConfirm(second, request)).toBe('FORBIDDEN');
    expect(await sendConfirm(other, request)).toBe('OK');
  });

  test('other names than were asked for are not confirmed', async () => {
    const request = await asked();
    await staged(cast.user, naming({ field_2_b: 'height' }), { version });
    // A proposal is none of a stable release.
    await commit(cast.maintainer, { version });
    const { release, userErrors } = await confirm(other, request);
    expect(release).toBeNull();
    expect(userErrors).toEqual([
      {
        code: 'STALE',
        path: ['request'],
        message: `The names of ${version} are others than when the release was asked for: ask for it anew.`,
      },
    ]);
    expect(await requestsOf(other)).toHaveLength(1);
    expect(await sendConfirm(other, await asked())).toBe('OK');
  });

  test('a proposal meanwhile changes nothing', async () => {
    const request = await asked();
    await staged(cast.user, naming({ field_2_b: 'height' }), { version });
    expect(await sendConfirm(other, request)).toBe('OK');
  });

  test('a newer request takes the place of the one before it', async () => {
    const first = await asked();
    const second = await asked(cast.admin, 'Better.');
    expect(await requestsOf(other)).toMatchObject([{ id: second }]);
    expect(await sendConfirm(other, first)).toBe('NOT_FOUND');
    expect(await sendConfirm(other, second)).toBe('OK');
  });

  test('RO4 whoever asked must be allowed to publish still', async () => {
    const person = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
    const request = await asked(person);
    await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [person.userId]);
    const { userErrors } = await confirm(other, request);
    expect(userErrors).toMatchObject([{ code: 'STALE', message: expect.stringContaining('may publish it no more') }]);
  });

  test.each([
    ['who confirms has no role any more', 'FORBIDDEN'],
    ['the request is withdrawn', 'NOT_FOUND'],
  ])('RO4 nothing is published where %s by the time that it is written', async (what, code) => {
    const person = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
    const request = await asked();
    const caller = await callerOf(service, person, [RoleName.RELEASE_MANAGER]);
    const key = Number(Buffer.from(request, 'base64url').toString().split(':')[1]);
    const sql = what.startsWith('who')
      ? `UPDATE role_grants SET revoked_at = now() WHERE user_id = ${person.userId}`
      : `DELETE FROM release_requests WHERE id = ${key}`;
    const meanwhile = afterFirst(service.db, () => service.db.query(sql));
    const confirming = confirmRelease(meanwhile, caller, key);
    await expect(confirming).rejects.toMatchObject(code === 'FORBIDDEN' ? { code } : { problems: [{ code }] });
    expect(
      await service.db.query(`SELECT FROM releases WHERE version_id = $1`, [await versionId(service, version)]),
    ).toEqual([]);
  });

  test('the shell publishes alone, which answers what was asked for', async () => {
    const request = await asked();
    await publishAt(service.db, version, new Date(), 'STABLE');
    expect(await requestsOf(other)).toEqual([]);
    expect(await sendConfirm(other, request)).toBe('NOT_FOUND');
  });

  test('what would not be published is not asked for', async () => {
    await publishAt(service.db, version, new Date(), 'STABLE');
    const { request, userErrors } = await publish(asking, { version, channel: 'STABLE' });
    expect(request).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'NOTHING_TO_RELEASE' }]);
  });
});

describe('withdrawReleaseRequest', () => {
  test('who may: RELEASE_PUBLISH for the version; a denied call changes nothing', async () => {
    const request = await asked();
    const away = await local();
    const before = await releaseState(service);
    await expectDenied(service, cast, DENIED, (client) => client.send(WITHDRAW, { input: { request } }));
    expect(await sendWithdraw(away, request)).toBe('FORBIDDEN');
    expect(await releaseState(service)).toEqual(before);
    expect(await sendWithdraw(other, request)).toBe('OK');
    expect((await logged(service, 'release.withdraw')).at(-1)).toMatchObject({
      actorId: other.userId,
      subjectId: asking.userId,
      detail: version,
    });
  });

  test("one's own, once", async () => {
    const request = await asked();
    expect(await sendWithdraw(asking, request)).toBe('OK');
    expect(await sendWithdraw(asking, request)).toBe('NOT_FOUND');
    expect(await sendConfirm(other, request)).toBe('NOT_FOUND');
    expect(await sendConfirm(other, requestId(999_999))).toBe('NOT_FOUND');
  });
});

test('requests are seen by those who may publish the version', async () => {
  const request = await asked(asking, 'Ready?');
  const away = await local();
  const REQUEST_NODE = `query ($id: ID!) { node(id: $id) { id } }`;
  expect(await requestsOf(other)).toMatchObject([
    { id: request, notes: 'Ready?', requestedBy: { handle: asking.handle } },
  ]);
  expect(await requestsOf(away)).toEqual([]);
  expect((await other.query(REQUEST_NODE, { id: request })).node).toEqual({ id: request });
  for (const client of [away, cast.maintainer, cast.anonymous]) {
    expect((await client.send(REQUEST_NODE, { id: request })).data?.node ?? null).toBeNull();
  }
  expect(outcomeOf(await cast.maintainer.send(REQUESTS))).toBe('FORBIDDEN');
  expect(outcomeOf(await cast.anonymous.send(REQUESTS))).toBe('UNAUTHENTICATED');
});
