import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { roundScore } from '../../../src/modules/read-model/model-search.js';
import { MemberListsDocument, VersionDocument } from '../../support/generated/documents.js';
import { signUp, type Person } from '../../support/people.js';
import { startRealService } from '../../support/real-versions.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies, importCsv } from '../../support/versions.js';
import { commit, propose, redo, reject, undo } from '../changes/support.js';
import { describeReal } from '../formats/real-data.js';
import { dice, expectSameAnswers, heldModel, PLENTY } from './support.js';

const CSV = 'searge,name,side,desc\nfunc_2001_b,fromACsv,0,Told.\n';

describe('memory answers what the database answers', () => {
  let service: TestService;
  let stored: TestService;
  let maintainer: Person;
  beforeAll(async () => {
    service = await startTestService({ readModelBytes: PLENTY });
    stored = await startTestService({ db: service.db, sample: false });
    maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
  });
  afterAll(async () => {
    await stored.close();
    await service.close();
  });

  test('to hundreds of spellings of the sample', () => expectSameAnswers(service, SAMPLE_VERSION, 200, 1));

  test('in lists, their pages and counts', async () => {
    await heldModel(service);
    for (const first of [1, 3, 10]) {
      for (const query of [undefined, 'PLA', 'get', '_', '']) {
        const classes = await service.query(VersionDocument, { query, first });
        expect(classes).toEqual(await stored.query(VersionDocument, { query, first }));
      }
      const sizes = { classes: 5, members: first, declarations: 3 };
      expect(await service.query(MemberListsDocument, sizes)).toEqual(await stored.query(MemberListsDocument, sizes));
    }
  });

  test('after proposals, decisions, undoing and imports in any order', async () => {
    const roll = dice(7);
    const model = await heldModel(service);
    const srgs = model.entries.srgs.filter((srg) => /^(?:func|field)_/.test(srg));
    for (let round = 0; round < 12; round++) {
      const some = new Set(Array.from({ length: 5 }, () => srgs[Math.floor(roll() * srgs.length)]!));
      const edits = [...some].map((srg, i) => ({
        srg,
        name: `renamed${round}By${i}`,
        documentation: `round ${round}`,
      }));
      const { changes } = await propose(maintainer, edits, { force: true });
      await expectSameAnswers(service, SAMPLE_VERSION, 8, 100 + round);
      const [first, second] = changes;
      if (first !== undefined && round % 3 === 0) await reject(maintainer, first.id);
      if (second !== undefined && round % 4 === 1) {
        await undo(maintainer, second.srg);
        if (round % 8 === 1) await redo(maintainer, second.srg);
      }
      if (round % 2 === 0) await commit(maintainer);
      if (round === 5) await importCsv(service.db, SAMPLE_VERSION, 'methods.csv', CSV);
      await expectSameAnswers(service, SAMPLE_VERSION, 8, 200 + round);
    }
    await importCopies(service.db, ['0.9']);
    await expectSameAnswers(service, '0.9', 30, 3);
    await expectSameAnswers(service, SAMPLE_VERSION, 100, 4);
  });

  test('to what is not ASCII', async () => {
    await heldModel(service);
    for (const query of ['größe', '名前', 'plant\u{10000}', 'ﬁ']) {
      const answer = `{ search(query: ${JSON.stringify(query)}) { totalCount nodes { srg } } lookup(name: ${JSON.stringify(query)}) { srg } }`;
      expect(await service.client().query(answer, {})).toEqual(await stored.client().query(answer, {}));
    }
  });
});

test('scores are rounded as numeric is', async () => {
  const service = await startTestService({ sample: false });
  const roll = dice(3);
  const scores = Array.from({ length: 20_000 }, (_, i) => {
    const parts = 1 + Math.floor(roll() * 199);
    return i % 2 === 0 ? 0.7 + 0.2 * ((i % 100) / parts) : 0.5 * Math.fround((i % 30) / parts);
  }).concat([0.1234565, 0.7000005, 0.9999995, 1, 0.5]);
  const rows = await service.db.query<{ rounded: number }>(
    `SELECT round(score::numeric, 6)::float8 AS rounded FROM unnest($1::float8[]) WITH ORDINALITY AS s(score, place) ORDER BY place`,
    [scores],
  );
  expect(scores.map(roundScore)).toEqual(rows.map(({ rounded }) => rounded));
  await service.close();
});

describeReal('memory answers what the database answers of real versions', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startRealService({ readModelBytes: PLENTY });
  });
  afterAll(() => service?.close());

  test.each(['1.12.2', '1.16.5'])('%s', { timeout: 180_000 }, async (version) => {
    await expectSameAnswers(service, version, 60, 11);
    expect((await heldModel(service, version)).bytes).toBeLessThan(60 * 1_048_576);
  });
});
