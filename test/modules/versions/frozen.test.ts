import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv } from '../../support/versions.js';
import { commit, namingState, propose, redo, reject, staged, told, undo } from '../changes/support.js';
import { lock } from '../locks/support.js';

const VERSION = '1.0';
const [STAGED, UNDONE] = ['func_2006_f', 'func_2007_f'];

let service: TestService;
let user: Person;
let manager: Person;
let change: string;
beforeAll(async () => {
  service = await startTestService();
  user = await signUp(service);
  manager = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
  await importCopies(service.db, [VERSION]);
  const written = await staged(
    user,
    [
      { srg: STAGED, name: 'isThirsty' },
      { srg: UNDONE, name: 'setThirsty' },
    ],
    { version: VERSION },
  );
  change = written[0]!.id;
  await undo(user, UNDONE, VERSION);
});
afterAll(() => service.close());

const act = async (field: string) =>
  (await manager.query(`mutation { ${field}(input: { name: "${VERSION}" }) { userErrors { code } } }`))[field];

describe('a frozen version takes no change', () => {
  let before: object;
  beforeAll(() => act('freezeGameVersion'));
  beforeEach(async () => {
    before = await namingState(service);
  });
  const expectFrozen = async (outcome: Parameters<typeof told>[0]) => {
    expect(told(outcome)).toEqual(['FROZEN version']);
    expect(await namingState(service)).toEqual(before);
  };

  it('proposals, by force and dry runs too', async () => {
    const edit = [{ srg: 'func_2009_h_', name: 'spread' }];
    await expectFrozen(await propose(user, edit, { version: VERSION }));
    await expectFrozen(await propose(user, edit, { version: VERSION, dryRun: true }));
    await expectFrozen(await propose(manager, edit, { version: VERSION, force: true }));
  });

  it('decisions', async () => {
    await expectFrozen(await commit(manager, { version: VERSION }));
    await expectFrozen(await commit(manager, { changes: [change] }));
    await expectFrozen(await reject(manager, change));
  });

  it('undo and redo', async () => {
    await expectFrozen(await undo(user, STAGED, VERSION));
    await expectFrozen(await redo(user, UNDONE, VERSION));
  });

  it('locks', async () => {
    const { userErrors } = await lock(manager, STAGED, { version: VERSION });
    expect(userErrors).toMatchObject([{ code: 'FROZEN', path: ['version'] }]);
    expect(await namingState(service)).toEqual(before);
  });

  it('imports of names and of the version itself', async () => {
    const names = importCsv(service.db, VERSION, 'methods.csv', `searge,name,side,desc\nfunc_2009_h_,spread,2,\n`);
    await expect(names).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(importCopies(service.db, [VERSION])).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await namingState(service)).toEqual(before);
  });

  it('and goes on where it stopped when it is opened again', async () => {
    expect((await act('unfreezeGameVersion')).userErrors).toEqual([]);
    expect((await redo(user, UNDONE, VERSION)).change).toMatchObject({ state: 'STAGED' });
    expect(await commit(manager, { version: VERSION })).toMatchObject({ count: 2, userErrors: [] });
  });
});

it('freezing waits for the proposal that is being written: nothing comes after it', async () => {
  const replica = await startTestService({ db: service.db });
  const other = Object.assign(replica.client(), { token: (await programOf(service, user)).token });
  const last = async () =>
    (await service.db.query<{ last: number }>('SELECT max(sequence) AS last FROM changes'))[0]!.last;
  const edits = ['func_2009_h_', 'func_2010_h__', 'func_2013_b', 'func_2016_c', 'func_2023_e', 'func_2024_f'];
  const frozen = act('freezeGameVersion').then(last);
  const outcomes = await Promise.all(
    edits.map((srg, i) => propose(i % 2 === 0 ? user : other, [{ srg, name: `name${i}` }], { version: VERSION })),
  );
  for (const outcome of outcomes) expect([[], ['FROZEN version']]).toContainEqual(told(outcome));
  expect(await last()).toBe(await frozen);
  await replica.close();
});
