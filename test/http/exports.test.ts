import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_VERSION } from '../../src/modules/imports/sample.js';
import { TEST_PUBLIC_URL } from '../support/auth.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await service.db.query(`UPDATE game_versions SET changed_at = '2026-01-02 03:04:05.678Z'`);
});
afterAll(() => service.close());

type Headers = Record<string, string>;
const FILE = `/exports/${SAMPLE_VERSION}/joined.tsrg`;

const fetchFile = (url = FILE, headers: Headers = {}, method: 'GET' | 'HEAD' = 'GET') =>
  service.http.inject({ method, url, headers });

/** The file as a client has it after unpacking. */
function unpacked({ rawPayload, headers }: LightMyRequestResponse): Buffer {
  const encoding = headers['content-encoding'];
  if (encoding === 'br') return brotliDecompressSync(rawPayload);
  return encoding === 'gzip' ? gunzipSync(rawPayload) : rawPayload;
}

/** What an answer cost the database. */
async function statementsOf(ask: () => Promise<unknown>): Promise<number> {
  const before = service.db.statementCount;
  await ask();
  return service.db.statementCount - before;
}

test('a file is there for everybody, with all that is known of it', async () => {
  const { statusCode, headers, rawPayload } = await fetchFile();
  expect(statusCode).toBe(200);
  expect(rawPayload.toString()).toContain('\ta field_1000_a\n');
  expect(headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(rawPayload.length),
    'content-disposition': `attachment; filename="${SAMPLE_VERSION}-joined.tsrg"`,
    'cache-control': 'public, no-cache',
    'accept-ranges': 'bytes',
    etag: `"${createHash('sha256').update(rawPayload).digest('hex')}"`,
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  });
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['set-cookie']).toBeUndefined();
});

describe('the encoding', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br', 'gzip'],
    ['br, gzip', 'br'],
    ['gzip;q=0.5, br;q=0.9', 'br'],
    ['gzip;q=0', undefined],
    ['deflate, zstd', undefined],
    ['*', 'gzip'],
    ['*;q=0.5, identity', undefined],
    ['identity;q=0, *', 'gzip'],
    ['gzip;q=0, identity;q=0, *', 'br'],
    ['GZip', 'gzip'],
  ])('is one that "Accept-Encoding: %s" takes: %s', async (accepted, encoding) => {
    const plain = await fetchFile();
    const answer = await fetchFile(FILE, accepted === undefined ? {} : { 'accept-encoding': accepted });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers['content-length']).toBe(String(answer.rawPayload.length));
    expect(answer.headers.vary).toBe('Accept-Encoding');
    expect(unpacked(answer).equals(plain.rawPayload)).toBe(true);
  });

  test.each(['identity;q=0', '*;q=0', 'deflate, identity;q=0', 'gzip;q=0, br;q=0, identity;q=0'])(
    'is refused as 406 where "%s" takes none',
    async (accepted) => {
      const answer = await fetchFile(FILE, { 'accept-encoding': accepted });
      expect(answer.statusCode).toBe(406);
      expect(answer.json().errors[0].message).toContain('Accept-Encoding');
      expect(answer.headers.etag).toBeUndefined();
    },
  );

  test('has an ETag of its own each', async () => {
    const answers = await Promise.all(
      ['identity', 'gzip', 'br'].map((accepted) => fetchFile(FILE, { 'accept-encoding': accepted })),
    );
    const tags = answers.map(({ headers }) => headers.etag);
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[^"]+"$/);
  });

  test('of a zip is the zip', async () => {
    const answer = await fetchFile(`/exports/${SAMPLE_VERSION}/names.zip`, { 'accept-encoding': 'gzip, br' });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/zip' });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.rawPayload.subarray(0, 4)).toEqual(Buffer.from('PK\x03\x04'));
  });
});

test.each(['identity', 'gzip', 'br'])('HEAD in %s says what GET says, without the bytes', async (accepted) => {
  const get = await fetchFile(FILE, { 'accept-encoding': accepted });
  const head = await fetchFile(FILE, { 'accept-encoding': accepted }, 'HEAD');
  expect(head.statusCode).toBe(200);
  expect(head.rawPayload).toHaveLength(0);
  const comparable = ({ headers }: LightMyRequestResponse) => ({ ...headers, date: '', 'x-request-id': '' });
  expect(comparable(head)).toEqual(comparable(get));
});

describe('a file that a client has already', () => {
  const conditional = (headers: Headers, method?: 'HEAD') => fetchFile(FILE, headers, method);

  test('is not sent again, and costs no statement', async () => {
    for (const accepted of ['identity', 'gzip', 'br']) {
      const { headers } = await fetchFile(FILE, { 'accept-encoding': accepted });
      const same = { 'accept-encoding': accepted, 'if-none-match': String(headers.etag) };
      const before = service.db.statementCount;
      const answer = await conditional(same);
      expect(service.db.statementCount - before).toBe(0);
      expect(answer.statusCode).toBe(304);
      expect(answer.rawPayload).toHaveLength(0);
      expect(answer.headers).toMatchObject({
        etag: headers.etag,
        vary: 'Accept-Encoding',
        'cache-control': 'public, no-cache',
      });
      expect(answer.headers['content-type']).toBeUndefined();
      expect((await conditional(same, 'HEAD')).statusCode).toBe(304);
    }
  });

  test('an unchanged file costs no statement, in any encoding, range or case', async () => {
    await fetchFile();
    expect(await statementsOf(() => fetchFile())).toBe(0);
    expect(await statementsOf(() => fetchFile(FILE, { 'accept-encoding': 'br' }))).toBe(0);
    expect(await statementsOf(() => fetchFile(FILE, { range: 'bytes=0-9' }))).toBe(0);
    expect(await statementsOf(() => fetchFile(FILE, {}, 'HEAD'))).toBe(0);
    expect(await statementsOf(() => fetchFile(`${FILE}?from=OBF&to=srg`))).toBe(0);
  });

  test('counts in any of several ETags, weak ones too, and in *', async () => {
    const { etag } = (await fetchFile()).headers;
    for (const given of [`"x", ${etag}`, `W/${etag}`, '*']) {
      expect((await conditional({ 'if-none-match': given })).statusCode).toBe(304);
    }
    expect((await conditional({ 'if-none-match': '"x"' })).statusCode).toBe(200);
  });

  test('counts in another encoding as another file', async () => {
    const { etag } = (await fetchFile(FILE, { 'accept-encoding': 'gzip' })).headers;
    expect((await conditional({ 'if-none-match': String(etag) })).statusCode).toBe(200);
  });

  test('counts by date, where there is no ETag that knows better', async () => {
    const { headers } = await fetchFile();
    const date = String(headers['last-modified']);
    expect(date).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
    expect((await conditional({ 'if-modified-since': date })).statusCode).toBe(304);
    expect((await conditional({ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).statusCode).toBe(200);
    expect((await conditional({ 'if-modified-since': date, 'if-none-match': '"x"' })).statusCode).toBe(200);
    expect((await fetchFile(FILE, { range: 'bytes=5-', 'if-range': date })).statusCode).toBe(206);
  });

  test('is sent again to whoever reloads', async () => {
    const { etag } = (await fetchFile()).headers;
    const reload = { 'if-none-match': String(etag), 'cache-control': 'no-cache' };
    expect((await conditional(reload)).statusCode).toBe(200);
  });

  test('is refused as 412 where it must be another one', async () => {
    const { etag } = (await fetchFile()).headers;
    expect((await conditional({ 'if-match': String(etag) })).statusCode).toBe(200);
    expect((await conditional({ 'if-match': '*' })).statusCode).toBe(200);
    expect((await conditional({ 'if-match': '"x", "y"' })).statusCode).toBe(412);
    expect((await conditional({ 'if-match': `W/${etag}` })).statusCode).toBe(412);
    expect((await conditional({ 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).statusCode).toBe(412);
    expect((await conditional({ 'if-unmodified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' })).statusCode).toBe(200);
  });
});

describe('a range', () => {
  const whole = async () => (await fetchFile()).rawPayload;

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=10-', 10, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=-999999', 0, undefined],
    ['bytes=5-999999', 5, undefined],
    ['Bytes=3-3', 3, 4],
  ])('%s is answered with these bytes', async (range, start, end) => {
    const bytes = await whole();
    const expected = bytes.subarray(start, end);
    const from = bytes.length - bytes.subarray(start).length;
    const answer = await fetchFile(FILE, { range, 'accept-encoding': 'gzip, br' });
    expect(answer.statusCode).toBe(206);
    expect(answer.rawPayload.equals(expected)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-range': `bytes ${from}-${from + expected.length - 1}/${bytes.length}`,
      'content-length': String(expected.length),
    });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  test.each(['bytes=0-1,4-5', 'bytes=9-3', 'bytes=', 'bytes=-', 'bytes=a-b', 'lines=1-2', 'nonsense'])(
    '%s is answered with the whole',
    async (range) => {
      const answer = await fetchFile(FILE, { range });
      expect(answer.statusCode).toBe(200);
      expect(answer.rawPayload.equals(await whole())).toBe(true);
    },
  );

  test.each(['bytes=99999999-', 'bytes=-0', 'bytes=99999999999999999999-'])('%s has nothing', async (range) => {
    const answer = await fetchFile(FILE, { range });
    expect(answer.statusCode).toBe(416);
    expect(answer.headers['content-range']).toBe(`bytes */${(await whole()).length}`);
    expect(answer.json().errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test('goes on with a file only while it is the same one', async () => {
    const { etag } = (await fetchFile()).headers;
    const from = (ifRange: string) => fetchFile(FILE, { range: 'bytes=5-', 'if-range': ifRange });
    expect((await from(String(etag))).statusCode).toBe(206);
    expect((await from('"another"')).statusCode).toBe(200);
    expect((await from(`W/${etag}`)).statusCode).toBe(200);
    expect((await from('Thu, 01 Jan 1970 00:00:00 GMT')).statusCode).toBe(200);
  });

  test('of what came compressed is started anew', async () => {
    const accepted = { 'accept-encoding': 'gzip' };
    const { etag } = (await fetchFile(FILE, accepted)).headers;
    const answer = await fetchFile(FILE, { ...accepted, range: 'bytes=5-', 'if-range': String(etag) });
    expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
  });

  test('means nothing to HEAD', async () => {
    const answer = await fetchFile(FILE, { range: 'bytes=0-9' }, 'HEAD');
    expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, String((await whole()).length)]);
  });

  test('of a zip, which lies there as it is', async () => {
    const zip = `/exports/${SAMPLE_VERSION}/names.zip`;
    const { rawPayload } = await fetchFile(zip);
    const answer = await fetchFile(zip, { range: 'bytes=2-5' });
    expect(answer.statusCode).toBe(206);
    expect(answer.rawPayload.equals(rawPayload.subarray(2, 6))).toBe(true);
  });
});

describe('pages of other origins', () => {
  test('may ask with conditions, after the browser has asked for them', async () => {
    const answer = await service.http.inject({
      method: 'OPTIONS',
      url: FILE,
      headers: {
        origin: 'https://names.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'if-none-match,range',
      },
    });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
    });
    expect(answer.headers['access-control-allow-headers']).toContain('if-none-match');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('may read errors, too', async () => {
    const answer = await fetchFile('/exports/9.9/joined.tsrg', { origin: 'https://names.example' });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('lists', () => {
  test('of all that is exported', async () => {
    for (const url of ['/exports', '/exports/']) {
      expect((await fetchFile(url)).json()).toEqual({
        versions: [{ name: SAMPLE_VERSION, url: `${TEST_PUBLIC_URL}/exports/${SAMPLE_VERSION}/` }],
        drafts: [{ name: `${SAMPLE_VERSION}+draft`, url: `${TEST_PUBLIC_URL}/exports/${SAMPLE_VERSION}+draft/` }],
        releases: [],
      });
    }
  });

  test('of the files of a target: each is there, and is what the list says', async () => {
    for (const url of [`/exports/${SAMPLE_VERSION}+draft`, `/exports/${SAMPLE_VERSION}%2Bdraft/`]) {
      const { target, files } = (await fetchFile(url)).json();
      expect(target).toBe(`${SAMPLE_VERSION}+draft`);
      expect(files.length).toBeGreaterThan(5);
      for (const { url: address, fileName, contentType } of files) {
        expect(address).toBe(`${TEST_PUBLIC_URL}/exports/${SAMPLE_VERSION}+draft/${fileName}`);
        const answer = await fetchFile(new URL(address).pathname);
        expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, contentType]);
      }
    }
  });
});
