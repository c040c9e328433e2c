import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { releaseName, snapshotNumber } from '../../../src/modules/releases/release-names.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, SCOPES, setNames, staged, undo, versionId } from '../changes/support.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, logged, signUpCast, type Cast } from '../roles/support.js';
import { publishRelease } from '../../../src/modules/releases/publish.service.js';
import {
  afterFirst,
  callerOf,
  changed,
  DAY,
  fileOf,
  publish,
  PUBLISH,
  publishAt,
  published,
  releaseState,
  RELEASE,
  type ToldRelease,
} from './support.js';

let service: TestService;
let cast: Cast;
let user: Person;
let maintainer: Person;
let manager: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  ({ user, maintainer, releaseManager: manager } = cast);
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
const today = () => releaseName({ channel: 'SNAPSHOT', number: snapshotNumber(new Date()), version });

const send = async (client: TestClient, input: object) => outcomeOf(await client.send(PUBLISH, { input }));

const read = async (name: string): Promise<ToldRelease> =>
  (await service.client().query(`query ($name: String!) { release(name: $name) { ${RELEASE} } }`, { name })).release;

/** Names entries as a maintainer would: proposed and committed. */
async function named(names: Record<string, string>): Promise<void> {
  await staged(user, naming(names), { version });
  await commit(maintainer, { version });
}

describe('who may publish: RELEASE_PUBLISH for the version; a denied call changes nothing', () => {
  const denied = {
    anonymous: 'UNAUTHENTICATED',
    suspendedAdmin: 'UNAUTHENTICATED',
    user: 'FORBIDDEN',
    contributor: 'FORBIDDEN',
    maintainer: 'FORBIDDEN',
    moderator: 'FORBIDDEN',
  } as const;

  test('a snapshot', async () => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    const { version: elsewhere } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    await setNames(service, elsewhere, { field_1_a: 'age' });
    const local = await signUp(service, {
      roles: [RoleName.RELEASE_MANAGER],
      gameVersionId: await versionId(service, elsewhere),
    });
    const cut = await programOf(service, cast.admin, [Permission.MAPPING_COMMIT]);
    const before = await releaseState(service);
    await expectDenied(service, cast, denied, (client) =>
      client.send(PUBLISH, { input: { version, channel: 'SNAPSHOT' } }),
    );
    for (const client of [local, cut]) expect(await send(client, { version, channel: 'SNAPSHOT' })).toBe('FORBIDDEN');
    expect(await releaseState(service)).toEqual(before);

    expect(await send(local, { version: elsewhere, channel: 'SNAPSHOT' })).toBe('OK');
    // Bots publish snapshots.
    const bot = await programOf(service, cast.admin, [Permission.RELEASE_PUBLISH]);
    expect(await send(bot, { version, channel: 'SNAPSHOT' })).toBe('OK');
  });

  test('a stable release: a person who has just proved presence, never a token', async () => {
    await named({ field_1_a: 'age' });
    const stable = { version, channel: 'STABLE' };
    const before = await releaseState(service);
    await expectDenied(
      service,
      cast,
      { ...denied, staleAdmin: 'FORBIDDEN', adminProgram: 'FORBIDDEN', adminBot: 'FORBIDDEN' },
      (client) => client.send(PUBLISH, { input: stable }),
    );
    expect(await releaseState(service)).toEqual(before);
    const { message, extensions } = await cast.staleAdmin.refused(PUBLISH, { input: stable });
    expect(message).toContain('Prove first that it is you');
    expect(extensions['reason']).toBe('REAUTHENTICATION_REQUIRED');
    expect(await send(cast.staleAdmin, { version, channel: 'SNAPSHOT' })).toBe('OK');
    expect(await send(cast.admin, stable)).toBe('OK');
  });

  test.each([
    ['its role', `UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, 'FORBIDDEN'],
    ['its session', `DELETE FROM sessions WHERE user_id = $1`, 'UNAUTHENTICATED'],
    ['its account', `UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, 'UNAUTHENTICATED'],
  ])('RO4 whoever loses %s while the release is read publishes nothing', async (_what, sql, code) => {
    await staged(user, naming({ field_1_a: 'age' }), { version });
    const person = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
    const caller = await callerOf(service, person, [RoleName.RELEASE_MANAGER]);
    const before = await releaseState(service);
    const meanwhile = afterFirst(service.db, () => service.db.query(sql, [person.userId]));
    const publishing = publishRelease(meanwhile, { confirmStable: false }, caller, { version, channel: 'SNAPSHOT' });
    await expect(publishing).rejects.toMatchObject({ code });
    expect(await releaseState(service)).toEqual(before);
  });
});

describe('what is published', () => {
  test('a snapshot has what is staged and what is committed; a stable release what is committed', async () => {
    await named({ field_1_a: 'age', func_11_b: 'isOld' });
    await staged(user, naming({ field_3_a: 'size' }), { version });
    const snapshot = await published(manager, version, 'SNAPSHOT');
    expect(snapshot).toMatchObject({
      name: today(),
      version: { name: version },
      channel: 'SNAPSHOT',
      publishedBy: { handle: manager.handle },
      confirmedBy: null,
      via: null,
      notes: null,
      yanked: null,
      entryCount: 3,
      changeCount: 3,
      previous: null,
    });
    expect(changed(snapshot)).toEqual(['field_1_a age', 'field_3_a size', 'func_11_b isOld']);
    const stable = await published(manager, version, 'STABLE');
    expect(stable.name).toMatch(new RegExp(`^stable_[1-9]\\d*-${version.replace('.', '\\.')}$`));
    expect(changed(stable)).toEqual(['field_1_a age', 'func_11_b isOld']);
    expect(stable).toMatchObject({ entryCount: 2, changeCount: 2, previous: null });
    expect(stable.digest).not.toBe(snapshot.digest);
    expect(await read(stable.name)).toEqual(stable);
    const events = (await logged(service, 'release.publish')).slice(-2);
    expect(events).toEqual([
      { actorId: manager.userId, subjectId: null, via: null, detail: snapshot.name },
      { actorId: manager.userId, subjectId: null, via: null, detail: stable.name },
    ]);
  });

  test('its digest is that of its content, and files are told with sums and addresses', async () => {
    await named({ field_1_a: 'age' });
    const { name, digest, artifacts } = await published(manager, version, 'SNAPSHOT');
    const number = snapshotNumber(new Date());
    const content = gunzipSync(await fileOf(service.db, name, 'names.jsonl.gz'));
    expect(content.toString()).toBe(
      `{"format":"mcp-names","formatVersion":1,"gameVersion":"${version}"}\n{"kind":"FIELD","srg":"field_1_a","name":"age"}\n`,
    );
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(sha256(content)).toBe(digest);
    const { publicUrl } = service.auth;
    const zips = await Promise.all(
      ['mcp_snapshot', 'mcp_snapshot_nodoc'].map(async (artifact) => {
        const fileName = `${artifact}-${number}-${version}.zip`;
        const bytes = await fileOf(service.db, name, fileName);
        const url = `${publicUrl}/maven/de/oceanlabs/mcp/${artifact}/${number}-${version}/${fileName}`;
        const mavenCoordinate = `de.oceanlabs.mcp:${artifact}:${number}-${version}@zip`;
        return { fileName, url, size: bytes.length, sha256: sha256(bytes), mavenCoordinate };
      }),
    );
    const url = `${publicUrl}/exports/${name}/names.jsonl`;
    const jsonl = { fileName: 'names.jsonl', url, size: content.length, sha256: digest, mavenCoordinate: null };
    expect(artifacts).toEqual([...zips, jsonl]);
    const { statusCode, rawPayload } = await service.http.inject({ url: `/exports/${name}/names.jsonl` });
    expect(statusCode).toBe(200);
    expect(sha256(rawPayload)).toBe(digest);
  });

  test('what was staged and is undone is not in the next snapshot, and that is a change of it', async () => {
    await named({ field_1_a: 'age', field_2_b: 'height' });
    await staged(user, naming({ field_3_a: 'size' }), { version });
    const first = await publishAt(service.db, version, daysAgo(2));
    await undo(user, 'field_3_a', version);
    await staged(maintainer, naming({ field_2_b: 'width' }), { version, force: true });
    const second = await publishAt(service.db, version, daysAgo(1));
    const told = await read(second.name);
    expect(told.previous).toEqual({ name: first.name });
    expect(told.entryCount).toBe(2);
    expect(changed(told)).toEqual(['field_2_b width']);

    // What is undone goes back to the committed name, whose change it is.
    await undo(maintainer, 'field_2_b', version);
    await staged(user, naming({ field_4_a: 'depth' }), { version });
    const third = await published(manager, version, 'SNAPSHOT');
    expect(changed(third)).toEqual(['field_2_b height', 'field_4_a depth']);
    expect(third.previous).toEqual({ name: second.name });
    // What an earlier one says stays as it is.
    expect(changed(await read(first.name))).toEqual(['field_1_a age', 'field_2_b height', 'field_3_a size']);
  });

  test('documentation is a change too, and what has its name without history has none', async () => {
    await setNames(service, version, { func_10_a: 'tick' });
    await staged(user, [{ srg: 'field_1_a', name: 'age', documentation: 'In ticks.' }], { version });
    const first = await publishAt(service.db, version, daysAgo(1));
    expect(first).toMatchObject({ entryCount: 2, changeCount: 1 });
    await staged(user, [{ srg: 'field_1_a', name: 'age', documentation: 'In days.' }], { version });
    const second = await published(manager, version, 'SNAPSHOT');
    expect(second.changes.nodes).toEqual([{ srg: 'field_1_a', newName: 'age', state: 'STAGED' }]);
  });

  test('stable releases are numbered over all versions', async () => {
    await named({ field_1_a: 'age' });
    const first = await published(manager, version, 'STABLE');
    const { version: elsewhere } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
    await setNames(service, elsewhere, { field_1_a: 'age' });
    const second = await published(manager, elsewhere, 'STABLE');
    const numberOf = ({ name }: ToldRelease) => Number(/^stable_(\d+)-/.exec(name)![1]);
    expect(numberOf(second)).toBe(numberOf(first) + 1);
    expect(second.name).toBe(`stable_${numberOf(second)}-${elsewhere}`);
  });

  test('a frozen version can be published: its names do not change', async () => {
    await named({ field_1_a: 'age' });
    await service.db.query(`UPDATE game_versions SET frozen = true WHERE name = $1`, [version]);
    expect(await send(manager, { version, channel: 'STABLE' })).toBe('OK');
  });

  test('notes are kept as plain text', async () => {
    await named({ field_1_a: 'age' });
    const { release } = await publish(manager, { version, channel: 'SNAPSHOT', notes: ' Fields.\r\nMore to come. \n' });
    expect(release!.notes).toBe('Fields.\nMore to come.');
  });
});

describe('what is not', () => {
  const refusal = async (input: object) => {
    const { release, userErrors } = await publish(manager, input);
    expect(release).toBeNull();
    const [{ code, path, message }] = userErrors as [{ code: string; path: string[]; message: string }];
    return `${code} ${path.join('.')}: ${message}`;
  };

  test.each([
    ['x'.repeat(10_001), 'INVALID_INPUT notes: Notes have at most 10000 characters, not 10001.'],
    ['bell \u0007', 'INVALID_INPUT notes: Notes can not hold control characters.'],
    ['half \ud83d', 'INVALID_INPUT notes: Notes can not hold control characters.'],
  ])('notes like %#', async (notes, expected) => {
    expect(await refusal({ version, channel: 'SNAPSHOT', notes })).toBe(expected);
  });

  test('a version that is not there', async () => {
    expect(await refusal({ version: '9.9.9', channel: 'STABLE' })).toContain(
      'NOT_FOUND version: There is no game version "9.9.9". There is ',
    );
  });

  test('a version without names, committed or staged', async () => {
    expect(await refusal({ version, channel: 'SNAPSHOT' })).toBe(
      `NOTHING_TO_RELEASE version: ${version} has no names yet.`,
    );
    await staged(user, naming({ field_1_a: 'age' }), { version });
    expect(await refusal({ version, channel: 'STABLE' })).toBe(
      `NOTHING_TO_RELEASE version: ${version} has no names yet.`,
    );
  });

  test('a second snapshot of a day', async () => {
    await named({ field_1_a: 'age' });
    const first = await published(manager, version, 'SNAPSHOT');
    await named({ field_2_b: 'height' });
    expect(await refusal({ version, channel: 'SNAPSHOT' })).toBe(
      `ALREADY_EXISTS version: ${first.name} is published already; a version has one snapshot a day, in UTC.`,
    );
  });

  test('what was published before, whatever happened in between', async () => {
    await named({ field_1_a: 'age' });
    const snapshot = await publishAt(service.db, version, daysAgo(1));
    const stable = await published(manager, version, 'STABLE');
    await staged(user, naming({ field_2_b: 'height' }), { version });
    await undo(user, 'field_2_b', version);
    expect(await refusal({ version, channel: 'SNAPSHOT' })).toBe(
      `NOTHING_TO_RELEASE version: The names of ${version} are those of ${snapshot.name}.`,
    );
    expect(await refusal({ version, channel: 'STABLE' })).toBe(
      `NOTHING_TO_RELEASE version: The committed names of ${version} are those of ${stable.name}.`,
    );
  });
});
