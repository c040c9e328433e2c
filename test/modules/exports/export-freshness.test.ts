import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { SAMPLE_VERSION } from '../../../src/modules/imports/sample.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { commit, naming, reject, setNames, staged } from '../changes/support.js';

/** Entries of the sample that are to be named here. */
const UNNAMED = '2001_b 2002_c 2003_d 2004_d 2005_e 2006_f 2007_f 2009_h_ 2018_b'.split(' ').map((id) => `func_${id}`);

let service: TestService;
let alice: Person;
let bob: Person;
let maintainer: Person;
beforeAll(async () => {
  service = await startTestService();
  await setNames(service, SAMPLE_VERSION, Object.fromEntries(UNNAMED.map((srg) => [srg, null])));
  alice = await signUp(service, { handle: 'alice', roles: [RoleName.CONTRIBUTOR] });
  bob = await signUp(service, { handle: 'bob', roles: [RoleName.CONTRIBUTOR] });
  maintainer = await signUp(service, { roles: [RoleName.MAINTAINER] });
});
afterAll(() => service.close());

interface Fetched {
  status: number;
  etag: string;
  text: string;
}

async function fetchFile(target: string, file = 'methods.csv', from = service): Promise<Fetched> {
  const { statusCode, headers, payload } = await from.http.inject({ url: `/exports/${target}/${file}` });
  return { status: statusCode, etag: String(headers.etag), text: payload };
}

/** Which of the targets name an entry so. */
async function whereIs(name: string, targets: readonly string[], from = service): Promise<string[]> {
  const texts = await Promise.all(targets.map((target) => fetchFile(target, 'methods.csv', from)));
  return targets.filter((_, i) => texts[i]!.text.includes(`,${name},`));
}

const HEAD = SAMPLE_VERSION;
const DRAFT = `${HEAD}+draft`;
const ALICE = `${HEAD}+draft-alice`;
const BOB = `${HEAD}+draft-Bob`;
const ALL = [HEAD, DRAFT, ALICE, BOB];

describe('names that change', () => {
  test('are in drafts as soon as they are proposed, and in the version as soon as they are accepted', async () => {
    await whereIs('warm', ALL);
    await staged(alice, naming({ func_2007_f: 'setWarmth' }));
    expect(await whereIs('setWarmth', ALL)).toEqual([DRAFT, ALICE]);
    await staged(bob, naming({ func_2001_b: 'waterSlowly' }));
    expect(await whereIs('waterSlowly', ALL)).toEqual([DRAFT, BOB]);
    expect(await whereIs('setWarmth', ALL)).toEqual([DRAFT, ALICE]);
    await commit(maintainer);
    expect(await whereIs('setWarmth', ALL)).toEqual(ALL);
    expect(await whereIs('waterSlowly', ALL)).toEqual(ALL);
  });

  test('are gone from drafts when they are rejected', async () => {
    const [change] = await staged(alice, naming({ func_2003_d: 'getPatch' }));
    expect(await whereIs('getPatch', ALL)).toEqual([DRAFT, ALICE]);
    await reject(maintainer, change!.id);
    expect(await whereIs('getPatch', ALL)).toEqual([]);
  });

  test("have another ETag, and those of others' drafts the same", async () => {
    const tags = () => Promise.all(ALL.map(async (target) => (await fetchFile(target)).etag));
    const [head, draft, hers, his] = await tags();
    await staged(alice, naming({ func_2004_d: 'setHeight' }));
    const after = await tags();
    expect(after[0]).toBe(head);
    expect(after[1]).not.toBe(draft);
    expect(after[2]).not.toBe(hers);
    expect(after[3]).toBe(his);
    await commit(maintainer);
    expect((await tags())[0]).not.toBe(head);
  });

  test('are in every format, zips and the canonical form included', async () => {
    const files = ['names.zip', 'methods.csv', 'names.jsonl'];
    const tags = () => Promise.all(files.map(async (file) => (await fetchFile(HEAD, file)).etag));
    const before = await tags();
    await staged(alice, naming({ func_2005_e: 'graftOnto' }));
    await commit(maintainer);
    const after = await tags();
    files.forEach((_, i) => expect(after[i]).not.toBe(before[i]));
  });
});

describe('a draft of one user', () => {
  test('is found however the handle is written, with a plus sign as it is or encoded', async () => {
    const tags = await Promise.all(
      [ALICE, `${HEAD}+draft-ALICE`, `${HEAD}%2Bdraft-alice`].map(async (target) => (await fetchFile(target)).etag),
    );
    expect(new Set(tags).size).toBe(1);
  });

  test('has what an account brought with it that was merged into theirs', async () => {
    const carol = await signUp(service, { handle: 'carol', roles: [RoleName.CONTRIBUTOR] });
    const other = await signUp(service, { handle: 'carol-2', roles: [RoleName.CONTRIBUTOR] });
    await staged(other, naming({ func_2006_f: 'isWatered' }));
    const hers = `${HEAD}+draft-carol`;
    expect(await whereIs('isWatered', [hers, `${HEAD}+draft-carol-2`])).toEqual([`${HEAD}+draft-carol-2`]);
    await service.db.query(`UPDATE users SET merged_into_id = $1 WHERE id = $2`, [carol.userId, other.userId]);
    await vi.waitFor(async () => expect(await whereIs('isWatered', [hers])).toEqual([hers]));
    await service.db.query(`UPDATE users SET merged_into_id = NULL WHERE id = $1`, [other.userId]);
  });

  test('is not there for somebody who is not, and there once they are', async () => {
    const target = `${HEAD}+draft-dave`;
    expect((await fetchFile(target)).status).toBe(404);
    await signUp(service, { handle: 'dave' });
    expect((await fetchFile(target)).etag).toBe((await fetchFile(HEAD)).etag);
  });
});

test('the canonical form is what a digest is of: one JSON object a line', async () => {
  const { text, etag } = await fetchFile(HEAD, 'names.jsonl');
  expect(etag).toBe(`"${createHash('sha256').update(text).digest('hex')}"`);
  const [head, ...entries] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  expect(head).toEqual({ format: 'mcp-names', formatVersion: 1, gameVersion: HEAD });
  expect(entries.length).toBeGreaterThan(20);
});

describe('the database', () => {
  test('makes a file that many ask for at once one time', async () => {
    await staged(alice, naming({ func_2002_c: 'getWeight' }));
    const count = async (asked: number) => {
      const before = service.db.statementCount;
      await Promise.all(Array.from({ length: asked }, () => fetchFile(DRAFT, 'joined.tsrg')));
      return service.db.statementCount - before;
    };
    const one = await count(1);
    expect(one).toBeGreaterThan(3);
    await staged(bob, naming({ func_2009_h_: 'placeAt' }));
    // Each may ask which version it is about; nobody makes the file anew.
    expect(await count(20)).toBeLessThanOrEqual(one + 20);
    // Once the word of the proposal has come around.
    await vi.waitFor(async () => expect(await count(20)).toBe(0));
  });

  test('that fails is a fault without details, which is not kept; nothing is half sent', async () => {
    await service.db.query(`ALTER TABLE declarations RENAME TO declarations_away`);
    try {
      const { status, text } = await fetchFile(HEAD, 'joined.tsrg');
      expect(status).toBe(500);
      const { message, extensions } = JSON.parse(text).errors[0];
      expect(extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(message).not.toMatch(/declarations|relation/);
      const asked = await Promise.all([1, 2, 3].map(() => fetchFile(HEAD, 'joined.tsrg')));
      expect(asked.map((each) => each.status)).toEqual([500, 500, 500]);
    } finally {
      await service.db.query(`ALTER TABLE declarations_away RENAME TO declarations`);
    }
    expect((await fetchFile(HEAD, 'joined.tsrg')).status).toBe(200);
  });
});

describe('two replicas', () => {
  let second: TestService;
  beforeAll(async () => {
    second = await startTestService({ sample: false, db: service.db });
  });
  afterAll(() => second.close());

  test('give the same bytes and the same ETag', async () => {
    const { files } = (await service.http.inject({ url: `/exports/${DRAFT}/` })).json<{
      files: { fileName: string }[];
    }>();
    for (const { fileName } of files) {
      for (const accepted of ['identity', 'gzip', 'br']) {
        const ask = { url: `/exports/${DRAFT}/${fileName}`, headers: { 'accept-encoding': accepted } };
        const [one, other] = [await service.http.inject(ask), await second.http.inject(ask)];
        expect(one.statusCode).toBe(200);
        expect(other.headers.etag).toBe(one.headers.etag);
        expect(other.rawPayload.equals(one.rawPayload)).toBe(true);
      }
    }
  });

  test('hear of what was written by the other', async () => {
    expect(await whereIs('sproutSoon', ALL, second)).toEqual([]);
    await staged(alice, naming({ func_2018_b: 'sproutSoon' }));
    await vi.waitFor(async () => expect(await whereIs('sproutSoon', ALL, second)).toEqual([DRAFT, ALICE]));
    await commit(maintainer);
    await vi.waitFor(async () => expect(await whereIs('sproutSoon', ALL, second)).toEqual(ALL));
  });
});
