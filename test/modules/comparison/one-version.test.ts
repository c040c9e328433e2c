import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, staged as stage, type Edit } from '../changes/support.js';
import { compare, countsOf, short } from './support.js';

let service: TestService;
let alice: Person;
let bob: Person;
let maintainer: Person;

beforeAll(async () => {
  service = await startTestService();
  const roles = [RoleName.MAINTAINER];
  alice = await signUp(service, { roles });
  bob = await signUp(service, { roles });
  maintainer = await signUp(service, { roles });
});
afterAll(() => service.close());

const staged = (who: Person, edits: Edit[]) => stage(who, edits, { force: true });
const publish = (day: string) =>
  publishAsService(service.db, { version: SAMPLE_VERSION, channel: 'SNAPSHOT', now: new Date(day), via: 'shell' });

test('releases, the head and drafts of the sample version, in any combination', async () => {
  const before = (await publish('2020-01-01T00:00:00Z')).name;
  await staged(alice, [
    { srg: 'func_2000_a', name: 'mayGrowAt' },
    { srg: 'field_1000_a', documentation: 'The age in weeks.' },
  ]);
  await staged(bob, [{ srg: 'field_1002_c', name: 'height' }]);
  await staged(maintainer, [{ srg: 'func_2002_c', name: '' }]);

  const all = await compare(service, SAMPLE_VERSION, `${SAMPLE_VERSION}+draft`);
  const differences = [
    'RENAMED func_2000_a canGrowAt -> mayGrowAt',
    'REMOVED func_2002_c getHeight -> -',
    'REDOCUMENTED field_1000_a age -> age',
    'ADDED field_1002_c - -> height',
  ];
  expect(all.entries.map(short)).toEqual(differences);
  expect(countsOf(all)).toEqual({ renamed: 1, removed: 1, redocumented: 1, added: 1 });
  expect(all.entries[2]).toMatchObject({
    oldDocumentation: 'The age in days.',
    newDocumentation: 'The age in weeks.',
    oldOwner: 'net/minecraft/sample/plant/Plant',
  });
  expect(all.entries[0]).toMatchObject({ oldOwner: 'net/minecraft/sample/plant/Flower', classes: 5 });

  // What one user proposes, however the handle is written; against what another one does.
  const ofBob = `${SAMPLE_VERSION}+draft-${bob.handle.toUpperCase()}`;
  expect((await compare(service, SAMPLE_VERSION, ofBob)).entries.map(short)).toEqual([
    'ADDED field_1002_c - -> height',
  ]);
  const apart = await compare(service, ofBob, `${SAMPLE_VERSION}+draft-${alice.handle}`);
  expect(apart.entries.map(short)).toEqual([
    'RENAMED func_2000_a canGrowAt -> mayGrowAt',
    'REDOCUMENTED field_1000_a age -> age',
    'REMOVED field_1002_c height -> -',
  ]);
  expect([apart.base.target, apart.base.draft]).toEqual([ofBob, true]);

  // Nothing is committed yet; a release with the proposals over it is the draft.
  expect((await compare(service, before, SAMPLE_VERSION)).entries).toEqual([]);
  expect((await compare(service, before, `${before}+draft`)).entries).toEqual(all.entries);

  await commit(maintainer, { version: SAMPLE_VERSION });
  const committed = await compare(service, before, SAMPLE_VERSION);
  expect(committed.entries).toEqual(all.entries);
  expect(committed.base).toEqual({
    ...{ target: before, release: { name: before }, draft: false },
    version: { name: SAMPLE_VERSION },
  });
  const after = (await publish('2020-01-02T00:00:00Z')).name;
  expect((await compare(service, before, after)).entries).toEqual(all.entries);
  expect((await compare(service, after, SAMPLE_VERSION)).entries).toEqual([]);
  expect((await compare(service, after, before)).entries.map(short)).toContain('ADDED func_2002_c - -> getHeight');
});

test('what was compared is forgotten when names change', async () => {
  const named = async () => (await compare(service, SAMPLE_VERSION, `${SAMPLE_VERSION}+draft`)).entries.map(short);
  expect(await named()).toEqual([]);
  await staged(alice, [{ srg: 'func_2003_d', name: 'getStage' }]);
  expect(await named()).toEqual(['RENAMED func_2003_d getGrowthStage -> getStage']);
  await staged(alice, [{ srg: 'func_2003_d', name: 'getPhase' }]);
  expect(await named()).toEqual(['RENAMED func_2003_d getGrowthStage -> getPhase']);
});

test('a class that somebody names is renamed', async () => {
  await staged(alice, [{ srg: 'net/minecraft/sample/plant/Moss', name: 'Lichen' }]);
  const { entries } = await compare(service, SAMPLE_VERSION, `${SAMPLE_VERSION}+draft`, { kinds: ['CLASS'] });
  expect(entries.map(short)).toEqual([
    'RENAMED net/minecraft/sample/plant/Moss net/minecraft/sample/plant/Moss -> net/minecraft/sample/plant/Lichen',
  ]);
  // Its members are told under what each side calls it.
  await staged(alice, [{ srg: 'field_1011_a', name: 'damp' }]);
  const fields = await compare(service, SAMPLE_VERSION, `${SAMPLE_VERSION}+draft`, { kinds: ['FIELD'] });
  expect(fields.entries).toMatchObject([
    { srg: 'field_1011_a', oldOwner: 'net/minecraft/sample/plant/Moss', newOwner: 'net/minecraft/sample/plant/Lichen' },
  ]);
});
