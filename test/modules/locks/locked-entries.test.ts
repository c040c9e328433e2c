import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, RoleName } from '../../../src/auth/permissions.js';
import type { TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, nameOf, namingState, propose, redo, reject, staged, told, undo } from '../changes/support.js';
import { endLocks, later, lock, unlock } from './support.js';

const VERSION = '0.0-sample';

let service: TestService;
let user: Person;
let maintainer: Person;
/** A maintainer's program that may commit and force, but not lock. */
let committer: TestClient;
beforeAll(async () => {
  service = await startTestService();
  user = await signUp(service);
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  committer = await programOf(service, maintainer, [
    Permission.MAPPING_PROPOSE,
    Permission.MAPPING_COMMIT,
    Permission.MAPPING_FORCE,
    Permission.MAPPING_REVERT,
  ]);
});
afterAll(() => service.close());

/** A call that nothing comes of. */
async function unchanged<T>(call: () => Promise<T>): Promise<T> {
  const before = await namingState(service);
  const outcome = await call();
  expect(await namingState(service)).toEqual(before);
  return outcome;
}

describe('proposeChanges for a locked entry', () => {
  const SRG = 'func_2006_f';
  const edit = [{ srg: SRG, name: 'isThirsty' }];
  beforeAll(() => lock(maintainer, SRG, { reason: 'a quarrel', until: later() }));

  it.each(['name', 'documentation'] as const)('is refused, be it a %s', async (field) => {
    const wanted = [{ srg: SRG, [field]: 'isThirsty' }];
    for (const by of [user, maintainer]) {
      expect(told(await unchanged(() => propose(by, wanted)))).toEqual([`LOCKED changes.0.srg ${SRG}`]);
      expect(told(await unchanged(() => propose(by, wanted, { dryRun: true })))).toEqual([
        `LOCKED changes.0.srg ${SRG}`,
      ]);
    }
  });

  it('tells who locked it, until when and why', async () => {
    const [problem] = (await propose(user, edit)).userErrors;
    expect(problem!.message).toMatch(
      new RegExp(`^${SRG} is locked by ${maintainer.handle} until 2\\d{3}-.*Z: a quarrel\\.$`),
    );
    expect(problem!.severity).toBe('ERROR');
  });

  it('is not forced by those who may force but not lock', async () => {
    const forced = await unchanged(() => propose(committer, edit, { force: true }));
    expect(told(forced)).toEqual([`LOCKED changes.0.srg ${SRG}`]);
  });

  it('takes the other entries of the call with it', async () => {
    const outcome = await unchanged(() => propose(user, [{ srg: 'func_2007_f', name: 'water' }, ...edit]));
    expect(told(outcome)).toEqual([`LOCKED changes.1.srg ${SRG}`]);
  });

  it('passes by force for those who may lock', async () => {
    expect(told(await unchanged(() => propose(maintainer, edit, { force: true, dryRun: true })))).toEqual([]);
    const [change] = await staged(maintainer, edit, { force: true });
    expect(change).toMatchObject({ srg: SRG, newName: 'isThirsty', forced: true, state: 'STAGED' });
  });

  it('passes once the lock has ended', async () => {
    await endLocks(service);
    await staged(maintainer, [{ srg: SRG, name: 'isDry' }]);
  });
});

describe('commitChanges of locked entries', () => {
  const [LOCKED, OPEN] = ['func_2009_h_', 'func_2010_h__'];
  let changes: string[];
  beforeAll(async () => {
    await commit(maintainer);
    const written = await staged(user, [
      { srg: LOCKED, name: 'spread' },
      { srg: OPEN, name: 'wither' },
    ]);
    changes = written.map(({ id }) => id);
    await lock(maintainer, LOCKED);
  });

  it('is refused where they are named, all or none', async () => {
    const outcome = await unchanged(() => commit(committer, { changes }));
    expect(told(outcome)).toEqual(['LOCKED changes.0']);
    expect(outcome).toMatchObject({ changes: [], count: 0 });
  });

  it('leaves them staged where everything is committed, with a warning', async () => {
    const outcome = await commit(committer);
    expect(told(outcome)).toEqual(['LOCKED?']);
    expect(outcome.userErrors[0]!.message).toBe(
      `${LOCKED} is locked by ${maintainer.handle}. Its change stays staged.`,
    );
    expect(outcome.changes.map(({ srg }) => srg)).toEqual([OPEN]);
    expect(await nameOf(service, VERSION, OPEN)).toBe('wither');
    expect(await nameOf(service, VERSION, LOCKED)).toBe('- -> spread');
    const again = await unchanged(() => commit(committer));
    expect(told(again)).toEqual(['LOCKED?']);
    expect(again.count).toBe(0);
  });

  it('is done by those who may lock', async () => {
    const outcome = await commit(maintainer, { changes: [changes[0]] });
    expect(told(outcome)).toEqual([]);
    expect(await nameOf(service, VERSION, LOCKED)).toBe('spread');
  });
});

describe('what is staged for a locked entry', () => {
  const SRG = 'func_2013_b';

  it('can be taken back by its author, and comes back when it is open again', async () => {
    await staged(user, [{ srg: SRG, name: 'setRange' }]);
    await lock(maintainer, SRG);
    expect((await undo(user, SRG)).change).toMatchObject({ state: 'UNDONE' });
    expect(told(await unchanged(() => redo(user, SRG)))).toEqual(['LOCKED srg']);
    expect(told(await unchanged(() => redo(committer, SRG)))).toEqual(['LOCKED srg']);
    await unlock(maintainer, SRG);
    expect((await redo(user, SRG)).change).toMatchObject({ state: 'STAGED' });
  });

  it('is redone by those who may lock', async () => {
    await undo(user, SRG);
    await lock(maintainer, SRG);
    expect((await redo(maintainer, SRG)).change).toMatchObject({ state: 'STAGED', author: { handle: user.handle } });
  });

  it('can be rejected', async () => {
    const { mapping } = await service.client().query(`{ mapping(srg: "${SRG}") { staged { id } } }`);
    expect((await reject(committer, mapping.staged.id)).change).toMatchObject({ state: 'REJECTED' });
  });
});
