import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { formatSpecs } from '../../../src/modules/formats/index.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { signUp } from '../../support/people.js';
import { startRealService } from '../../support/real-versions.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, staged } from '../changes/support.js';
import { describeReal } from '../formats/real-data.js';
import { heldModel, PLENTY } from '../read-model/support.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const FILES = formatSpecs.flatMap((spec) =>
  spec.shape === 'MAPPINGS'
    ? [spec.fileName, `${spec.fileName}?namespaces=${[...spec.namespaces].reverse().join(',')}&nodoc=true`]
    : [],
);

const fetched = async ({ http }: TestService, version: string, file: string) => {
  const { statusCode, body } = await http.inject({ url: `/exports/${version}/${file}` });
  return [file, statusCode, body] as const;
};

/** Files of a version by a service that has it in memory, and by one that asks the database. */
async function expectTheSame(remembering: TestService, asking: TestService, version: string, files: string[]) {
  await heldModel(remembering, version);
  for (const file of files) {
    const before = remembering.db.statementCount;
    const made = await fetched(remembering, version, file);
    const statements = remembering.db.statementCount - before;
    const expected = await fetched(asking, version, file);
    expect(made[1]).toBe(200);
    // Not by toEqual: it would tell of megabytes.
    expect([file, made[2] === expected[2], made[2].length]).toEqual([file, true, expected[2].length]);
    // The target's text is looked up once: files cost no statement.
    expect([file, statements]).toEqual([file, 0]);
  }
}

let remembering: TestService;
let asking: TestService;
beforeAll(async () => {
  remembering = await startTestService({ readModelBytes: PLENTY });
  asking = await startTestService({ db: remembering.db, sample: false, readModelBytes: 0 });
  await fetched(remembering, SAMPLE_VERSION, 'joined.tsrg');
});
afterAll(async () => {
  await asking.close();
  await remembering.close();
});

test('files made of memory are those that are made of the database, and cost no statement', () =>
  expectTheSame(remembering, asking, SAMPLE_VERSION, FILES.slice(1)));

test('what was just accepted is in them, and while it is written as well', async () => {
  const maintainer = await signUp(remembering, { roles: [RoleName.MAINTAINER] });
  for (let i = 0; i < 5; i++) {
    const changes = await staged(maintainer, [{ srg: 'func_2009_h_', name: `anew${i}` }], { force: true });
    const meanwhile = fetched(remembering, SAMPLE_VERSION, 'joined.csrg?namespaces=obf,mcp');
    await commit(maintainer, { changes: changes.map(({ id }) => id) });
    expect((await meanwhile)[1]).toBe(200);
    const file = 'joined.csrg?namespaces=obf,mcp';
    const [made, expected] = [
      await fetched(remembering, SAMPLE_VERSION, file),
      await fetched(asking, SAMPLE_VERSION, file),
    ];
    expect(made[2]).toContain(`anew${i}`);
    expect(made[2]).toBe(expected[2]);
  }
});

describeReal('of real versions', () => {
  let real: TestService;
  let stored: TestService;
  beforeAll(async () => {
    real = await startRealService({ readModelBytes: PLENTY });
    stored = await startTestService({ db: real.db, sample: false, readModelBytes: 0 });
  });
  afterAll(async () => {
    await stored.close();
    await real.close();
  });

  test('the same to the byte', async () => {
    const version = '1.16.5';
    await fetched(real, version, 'methods.csv');
    await expectTheSame(
      real,
      stored,
      version,
      FILES.filter((file) => !file.includes('?')),
    );
  });
});
