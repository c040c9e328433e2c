import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { yankFromShell } from '../../src/modules/releases/yank.service.js';
import { ask, fetched, release, ROOT, sha256, unzipped } from '../modules/maven/support.js';
import { startTestService, type TestService } from '../support/service.js';
import { importCopies, importCsv } from '../support/versions.js';

const CHECKSUMS = ['md5', 'sha1', 'sha256', 'sha512'] as const;
/** The release that most of it is about. */
const ZIP = 'mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3.zip';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await importCopies(service.db, ['1.12', '1.16.3']);
  await release(service, '1.12', 'STABLE', '2018-01-01', 39);
  await release(service, '1.16.3', 'SNAPSHOT', '2020-10-27');
  await importCsv(service.db, '1.16.3', 'methods.csv', 'searge,name,side,desc\nfunc_2000_a,growUp,2,"Grows, up."\n');
  await release(service, '1.16.3', 'SNAPSHOT', '2020-10-28');
});
afterAll(() => service.close());

const stored = async (fileName: string): Promise<Buffer> => {
  const rows = await service.db.query<{ content: Uint8Array }>(
    `SELECT content FROM release_files WHERE file_name = $1`,
    [fileName],
  );
  return Buffer.from(rows[0]!.content);
};

describe('releases', () => {
  test.each([
    [ZIP, 'mcp_snapshot-20201028-1.16.3.zip'],
    [
      'mcp_snapshot_nodoc/20201028-1.16.3/mcp_snapshot_nodoc-20201028-1.16.3.zip',
      'mcp_snapshot_nodoc-20201028-1.16.3.zip',
    ],
    ['mcp_stable/39-1.12/mcp_stable-39-1.12.zip', 'mcp_stable-39-1.12.zip'],
    ['mcp_stable_nodoc/39-1.12/mcp_stable_nodoc-39-1.12.zip', 'mcp_stable_nodoc-39-1.12.zip'],
  ])('%s has the bytes that were published, with their checksums', async (path, fileName) => {
    const bytes = await fetched(service, path);
    expect(bytes.equals(await stored(fileName))).toBe(true);
    expect(Object.keys(await unzipped(bytes)).sort()).toEqual(['fields.csv', 'methods.csv', 'params.csv']);
    for (const checksum of CHECKSUMS) {
      const sum = await fetched(service, `${path}.${checksum}`);
      expect(sum.toString()).toBe(createHash(checksum).update(bytes).digest('hex'));
    }
  });

  test('documentation is in the one and not in the other', async () => {
    const path = 'mcp_snapshot_nodoc/20201028-1.16.3/mcp_snapshot_nodoc-20201028-1.16.3.zip';
    const [full, bare] = [await unzipped(await fetched(service, ZIP)), await unzipped(await fetched(service, path))];
    expect(full['methods.csv']).toContain('func_2000_a,growUp,2,"Grows, up."\r\n');
    expect(bare['methods.csv']).toContain('func_2000_a,growUp,2,\r\n');
    expect(bare['params.csv']).toBe(full['params.csv']);
  });

  test('a file stays for ever, and is not sent again to who has it', async () => {
    const { headers, rawPayload } = await ask(service, `${ROOT}/${ZIP}`);
    expect(headers).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(rawPayload.length),
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256(rawPayload)}"`,
      'last-modified': 'Wed, 28 Oct 2020 12:00:00 GMT',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
    });
    const again = await ask(service, `${ROOT}/${ZIP}`, { 'if-none-match': String(headers.etag) });
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
    const since = { 'if-modified-since': 'Wed, 28 Oct 2020 12:00:00 GMT' };
    expect((await ask(service, `${ROOT}/${ZIP}`, since)).statusCode).toBe(304);
    const part = await ask(service, `${ROOT}/${ZIP}`, { range: 'bytes=4-9' });
    expect([part.statusCode, part.headers['content-range']]).toEqual([206, `bytes 4-9/${rawPayload.length}`]);
    expect(part.rawPayload.equals(rawPayload.subarray(4, 10))).toBe(true);
  });

  test('HEAD tells what GET does', async () => {
    const got = await ask(service, `${ROOT}/${ZIP}`);
    const head = await service.http.inject({ method: 'HEAD', url: `${ROOT}/${ZIP}` });
    expect(head.statusCode).toBe(200);
    expect(head.rawPayload.length).toBe(0);
    for (const name of ['content-length', 'content-type', 'etag', 'last-modified', 'cache-control']) {
      expect(head.headers[name], name).toEqual(got.headers[name]);
    }
  });

  test('a file costs one statement, and none when it is asked for again', async () => {
    await fetched(service, 'mcp_stable/maven-metadata.xml');
    const path = 'mcp_snapshot/20201027-1.16.3/mcp_snapshot-20201027-1.16.3.zip';
    const costs: number[] = [];
    for (const each of [path, path, `${path}.sha1`, `${path}.md5`, path.replace('.zip', '.pom')]) {
      const before = service.db.statementCount;
      await fetched(service, each);
      costs.push(service.db.statementCount - before);
    }
    expect(costs).toEqual([1, 0, 1, 0, 0]);
  });

  test('many who ask at once are answered by one statement', async () => {
    const path = 'mcp_snapshot_nodoc/20201027-1.16.3/mcp_snapshot_nodoc-20201027-1.16.3.zip';
    const before = service.db.statementCount;
    const sums = await Promise.all(Array.from({ length: 20 }, async () => sha256(await fetched(service, path))));
    expect(new Set(sums).size).toBe(1);
    expect(service.db.statementCount - before).toBe(1);
  });

  test('the POM says that the artifact is a zip', async () => {
    const path = ZIP.replace('.zip', '.pom');
    const pom = (await fetched(service, path)).toString();
    expect(pom).toContain('<modelVersion>4.0.0</modelVersion>');
    expect(pom).toContain('<groupId>de.oceanlabs.mcp</groupId>');
    expect(pom).toContain('<artifactId>mcp_snapshot</artifactId>');
    expect(pom).toContain('<version>20201028-1.16.3</version>');
    expect(pom).toContain('<packaging>zip</packaging>');
    for (const checksum of CHECKSUMS) {
      const sum = (await fetched(service, `${path}.${checksum}`)).toString();
      expect(sum).toBe(createHash(checksum).update(pom).digest('hex'));
    }
  });
});

describe('what there is', () => {
  test('maven-metadata.xml lists the versions of each artifact, newest first', async () => {
    for (const artifact of ['mcp_snapshot', 'mcp_snapshot_nodoc']) {
      const answer = await ask(service, `${ROOT}/${artifact}/maven-metadata.xml`);
      expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('public, no-cache');
      expect(answer.body).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<metadata>
  <groupId>de.oceanlabs.mcp</groupId>
  <artifactId>${artifact}</artifactId>
  <versioning>
    <latest>20201028-1.16.3</latest>
    <release>20201028-1.16.3</release>
    <versions>
      <version>20201028-1.16.3</version>
      <version>20201027-1.16.3</version>
    </versions>
    <lastUpdated>20201028120000</lastUpdated>
  </versioning>
</metadata>
`);
      for (const checksum of CHECKSUMS) {
        const sum = (await fetched(service, `${artifact}/maven-metadata.xml.${checksum}`)).toString();
        expect(sum).toBe(createHash(checksum).update(answer.body).digest('hex'));
      }
    }
    const stable = (await fetched(service, 'mcp_stable_nodoc/maven-metadata.xml')).toString();
    expect(stable).toContain('<release>39-1.12</release>');
    expect(stable).toContain('<lastUpdated>20180101120000</lastUpdated>');
  });

  test('game versions are versions of mcp and mcp_config', async () => {
    for (const artifact of ['mcp', 'mcp_config']) {
      const metadata = (await fetched(service, `${artifact}/maven-metadata.xml`)).toString();
      expect([...metadata.matchAll(/<version>(.*)<\/version>/g)].map(([, version]) => version)).toEqual([
        '1.16.3',
        '1.12',
        '0.0-sample',
      ]);
    }
    expect((await fetched(service, 'mcp/1.12/mcp-1.12.pom')).toString()).toContain('<packaging>pom</packaging>');
    const config = (await fetched(service, 'mcp_config/1.12/mcp_config-1.12.pom')).toString();
    expect(config).toContain('<packaging>zip</packaging>');
  });

  test('versions.json as Python wrote it, also where MCPBot had it, by its ETag', async () => {
    const text =
      '{"1.16.3": {"snapshot": [20201028, 20201027], "stable": []}, "1.12": {"snapshot": [], "stable": [39]}}';
    for (const url of [`${ROOT}/versions.json`, '/versions.json']) {
      const { headers, body } = await ask(service, url);
      expect(body).toBe(text);
      expect(headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'public, no-cache',
      });
      const again = await ask(service, url, { 'if-none-match': String(headers.etag) });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    }
    expect((await fetched(service, 'versions.json.sha1')).toString()).toBe(
      createHash('sha1').update(text).digest('hex'),
    );
  });

  test('a yanked release is in no list, and its files stay', async () => {
    const etag = String((await ask(service, '/versions.json')).headers.etag);
    await importCsv(service.db, '1.12', 'methods.csv', 'searge,name\nfunc_2000_a,sprout\n');
    const name = await release(service, '1.12', 'STABLE', '2021-01-01', 40);
    const path = 'mcp_stable/40-1.12/mcp_stable-40-1.12.zip';
    await expect.poll(async () => (await ask(service, '/versions.json')).body).toContain('"stable": [40, 39]');
    const bytes = await fetched(service, path);
    await yankFromShell(service.db, { name, reason: 'Half of it is missing.', now: new Date() });
    await expect.poll(async () => (await ask(service, '/versions.json')).body).toContain('"stable": [39]');
    expect((await ask(service, '/versions.json')).headers.etag).toBe(etag);
    expect((await fetched(service, 'mcp_stable/maven-metadata.xml')).toString()).not.toContain('40-1.12');
    expect((await fetched(service, path)).equals(bytes)).toBe(true);
    expect((await fetched(service, `${path}.sha256`)).toString()).toBe(sha256(bytes));
    expect((await ask(service, `${ROOT}/${path.replace('.zip', '.pom')}`)).statusCode).toBe(200);
  });
});

describe('what is not there', () => {
  test.each([
    '/maven',
    '/maven/',
    '/maven/de/oceanlabs/mcp',
    `${ROOT}/mcp_snapshot/20201029-1.16.3/mcp_snapshot-20201029-1.16.3.zip`,
    `${ROOT}/mcp_snapshot/20201029-1.16.3/mcp_snapshot-20201029-1.16.3.zip.sha1`,
    `${ROOT}/mcp_snapshot/20201029-1.16.3/mcp_snapshot-20201029-1.16.3.pom`,
    `${ROOT}/mcp_snapshot/020201028-1.16.3/mcp_snapshot-020201028-1.16.3.zip`,
    `${ROOT}/mcp_stable/20201028-1.16.3/mcp_stable-20201028-1.16.3.zip`,
    `${ROOT}/mcp/1.7/mcp-1.7-srg.zip`,
    `${ROOT}/mcp/1.7/mcp-1.7.pom`,
    `${ROOT}/mcp_config/1.7/mcp_config-1.7.zip`,
    `${ROOT}/mcp_snapshot/20201028-1.16.3/names.jsonl.gz`,
    `${ROOT}/mcp_snapshot/..%2f..%2f..%2f..%2f..%2fetc/passwd`,
    `${ROOT}/mcp_snapshot/20201028-1.16.3%00/mcp_snapshot-20201028-1.16.3%00.zip`,
    `${ROOT}/mcp_snapshot/20201028-1.16.3'/mcp_snapshot-20201028-1.16.3'.zip`,
    '/versions.json.sha1',
  ])('GET %s', async (url) => {
    const answer = await ask(service, url);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('paths are not resolved', async () => {
    const { port } = new URL(await service.http.listen({ host: '127.0.0.1', port: 0 }));
    const statusOf = (path: string) =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on('error', reject);
      });
    expect(await statusOf(`${ROOT}/versions.json`)).toBe(200);
    for (const path of ['mcp/../versions.json', 'mcp/%2e%2e/versions.json', './versions.json', '/versions.json']) {
      expect([path, await statusOf(`${ROOT}/${path}`)]).toEqual([path, 404]);
    }
  });

  test('nothing can be put there', async () => {
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH'] as const) {
      const answer = await service.http.inject({ method, url: `${ROOT}/${ZIP}` });
      expect([method, answer.statusCode]).toEqual([method, 404]);
    }
  });

  test('an empty repository has no metadata, and nothing in versions.json', async () => {
    const empty = await startTestService({ sample: false });
    try {
      expect((await ask(empty, '/versions.json')).body).toBe('{}');
      for (const artifact of ['mcp_snapshot', 'mcp_stable', 'mcp', 'mcp_config']) {
        expect((await ask(empty, `${ROOT}/${artifact}/maven-metadata.xml`)).statusCode).toBe(404);
      }
    } finally {
      await empty.close();
    }
  });
});

test('two replicas serve the same bytes, and each hears of what the other publishes', async () => {
  const replica = await startTestService({ sample: false, db: service.db });
  try {
    const paths = [ZIP, ZIP.replace('.zip', '.pom'), 'versions.json', 'mcp_stable/maven-metadata.xml'];
    for (const path of paths) {
      expect((await fetched(replica, path)).equals(await fetched(service, path)), path).toBe(true);
    }
    await importCsv(service.db, '1.16.3', 'methods.csv', 'searge,name\nfunc_2003_d,bloom\n');
    await release(replica, '1.16.3', 'SNAPSHOT', '2020-11-01');
    for (const each of [service, replica]) {
      await expect.poll(async () => (await ask(each, '/versions.json')).body).toContain('[20201101, 20201028,');
      await fetched(each, 'mcp_snapshot/20201101-1.16.3/mcp_snapshot-20201101-1.16.3.zip');
    }
  } finally {
    await replica.close();
  }
});
