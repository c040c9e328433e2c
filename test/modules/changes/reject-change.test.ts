import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importFiles } from '../imports/support.js';
import { expectDenied, signUpCast, type Cast } from '../roles/support.js';
import {
  changeId,
  commit,
  nameOf,
  naming,
  namingState,
  REJECT,
  reject,
  SCOPES,
  staged,
  statesOf,
  told,
  undo,
  versionId,
} from './support.js';

let service: TestService;
let cast: Cast;
let user: Person;
let maintainer: Person;
let versions = 0;
let version: string;

beforeAll(async () => {
  service = await startTestService({ sample: false });
  cast = await signUpCast(service);
  ({ user, maintainer } = cast);
});
beforeEach(async () => {
  versions += 1;
  version = `0.${versions}`;
  await importFiles(service.db, version, { 'joined.tsrg': SCOPES });
});
afterAll(() => service.close());

const send = async (client: TestClient, change: string, reason = 'x') =>
  outcomeOf(await client.send(REJECT, { input: { change, reason } }));

test('who may reject: MAPPING_COMMIT for the version; a denied call changes nothing', async () => {
  const [change] = await staged(user, naming({ field_1_a: 'age' }), { version });
  const { version: elsewhere } = await importFiles(service.db, `${version}.1`, { 'joined.tsrg': SCOPES });
  const [theirs] = await staged(user, naming({ field_1_a: 'age' }), { version: elsewhere });
  const local = await signUp(service, {
    roles: [RoleName.MAINTAINER],
    gameVersionId: await versionId(service, elsewhere),
  });
  const cut = await programOf(service, cast.admin, [Permission.MAPPING_PROPOSE, Permission.MAPPING_REVERT]);
  const before = await namingState(service);
  const denied = {
    anonymous: 'UNAUTHENTICATED',
    suspendedAdmin: 'UNAUTHENTICATED',
    user: 'FORBIDDEN',
    contributor: 'FORBIDDEN',
    moderator: 'FORBIDDEN',
  };
  await expectDenied(service, cast, denied, (client) =>
    client.send(REJECT, { input: { change: change!.id, reason: 'x' } }),
  );
  for (const client of [local, cut]) expect(await send(client, change!.id)).toBe('FORBIDDEN');
  expect(await namingState(service)).toEqual(before);
  expect(await send(local, theirs!.id)).toBe('OK');
  expect(await send(cast.releaseManager, change!.id)).toBe('OK');
});

test('its author and everyone is told why and by whom; the entry is free again', async () => {
  const [change] = await staged(user, naming({ field_1_a: 'age' }), { version });
  const outcome = await reject(maintainer, change!.id, '  It is no age. ');
  expect(told(outcome)).toEqual([]);
  expect(outcome.change).toMatchObject({
    id: change!.id,
    state: 'REJECTED',
    decisionReason: 'It is no age.',
    decidedBy: { handle: maintainer.handle },
    author: { handle: user.handle },
    reason: null,
  });
  expect(outcome.change!.decidedAt).not.toBeNull();
  expect(await nameOf(service, version, 'field_1_a')).toBe('-');
  await staged(cast.contributor, naming({ field_1_a: 'size' }), { version });
});

test('a proposal that it had superseded does not come back by itself', async () => {
  await staged(user, naming({ field_1_a: 'age' }), { version });
  const [better] = await staged(user, naming({ field_1_a: 'years' }), { version });
  await reject(maintainer, better!.id);
  expect(await statesOf(service, version, 'field_1_a')).toEqual(['age SUPERSEDED', 'years REJECTED']);
});

test('takes a reason, in Unicode and of at most 500 characters', async () => {
  const [change] = await staged(user, naming({ field_1_a: 'age' }), { version });
  const before = await namingState(service);
  for (const reason of ['', ' \n', 'x'.repeat(501), 'half \ud83c of a pair']) {
    expect(told(await reject(maintainer, change!.id, reason))).toEqual(['INVALID_INPUT reason']);
  }
  expect(await send(maintainer, change!.id, 'a\0b')).toBe('BAD_USER_INPUT');
  expect(await namingState(service)).toEqual(before);
});

test('NOT_FOUND, and STALE for what is not staged any more', async () => {
  const [age, tick, run] = await staged(user, naming({ field_1_a: 'age', func_10_a: 'tick', func_12_c: 'run' }), {
    version,
  });
  await commit(maintainer, { changes: [age!.id] });
  await undo(user, 'func_10_a', version);
  await reject(maintainer, run!.id);
  const before = await namingState(service);
  for (const { id } of [age!, tick!, run!]) expect(told(await reject(maintainer, id))).toEqual(['STALE change']);
  expect(told(await reject(maintainer, changeId(999_999)))).toEqual(['NOT_FOUND change']);
  expect(await send(maintainer, user.id)).toBe('BAD_USER_INPUT');
  expect(await namingState(service)).toEqual(before);
});
