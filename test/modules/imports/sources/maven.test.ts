import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  mavenPath,
  mavenUrl,
  openMavenArtifact,
  parseMavenCoordinate,
} from '../../../../src/modules/imports/sources/index.js';
import { localServer, refusal, zipOf } from './support.js';

const server = localServer();
const COORDINATE = 'de.oceanlabs.mcp:mcp_snapshot:20141130-1.8';
const PATH = '/maven/de/oceanlabs/mcp/mcp_snapshot/20141130-1.8/mcp_snapshot-20141130-1.8.zip';

/** Serves these paths and 404 for others. */
function serve(files: Record<string, string | Buffer>): void {
  server.answer((request, response) => {
    const body = files[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end('<html>');
    else response.end(body);
  });
}

const hash = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');

describe('coordinates', () => {
  test.each([
    [COORDINATE, PATH.slice('/maven/'.length)],
    ['de.oceanlabs.mcp:mcp:1.7.10:srg', 'de/oceanlabs/mcp/mcp/1.7.10/mcp-1.7.10-srg.zip'],
    [
      'de.oceanlabs.mcp:mcp_config:1.12.2-20180712.103343@zip',
      'de/oceanlabs/mcp/mcp_config/1.12.2-20180712.103343/mcp_config-1.12.2-20180712.103343.zip',
    ],
    ['a:b:1:c@tar.gz', 'a/b/1/b-1-c.tar.gz'],
  ])('%s', (coordinate, path) => {
    expect(mavenPath(parseMavenCoordinate(coordinate))).toBe(path);
  });

  test.each([
    '',
    'a',
    'a:b',
    'a:b:',
    ':b:1',
    'a:b:1:c:d',
    'a:b:1@',
    'a:b:1@x@y',
    'a:b:..',
    'a..b:c:1',
    'a:b:1/../2',
    'a:b:1 ',
    '.a:b:1',
    'a:b:1@../x',
    'a:%2e:1',
  ])('refuses %j', (coordinate) => {
    expect(() => parseMavenCoordinate(coordinate)).toThrow(
      `${JSON.stringify(coordinate)} is not a Maven coordinate (group:artifact:version[:classifier][@extension]).`,
    );
  });

  test('under a base with or without a final slash', () => {
    const coordinate = parseMavenCoordinate('a.b:c:1');
    for (const base of ['https://example.org/maven', 'https://example.org/maven/']) {
      expect(mavenUrl(base, coordinate).href).toBe('https://example.org/maven/a/b/c/1/c-1.zip');
    }
    expect(mavenUrl('https://example.org', coordinate).href).toBe('https://example.org/a/b/c/1/c-1.zip');
    expect(() => mavenUrl('file:///maven', coordinate)).toThrow('Only http and https are fetched, not file:');
  });
});

describe('artifacts', () => {
  const open = () => openMavenArtifact(server.url('/maven/'), COORDINATE);

  test('with a checksum of either kind, bare or with a name, or none', async () => {
    const zip = await zipOf({ 'methods.csv': 'searge,name,side,desc\r\n' });
    const sidecars: Record<string, string>[] = [
      {},
      { [`${PATH}.sha1`]: hash('sha1', zip) },
      { [`${PATH}.sha1`]: `${hash('sha1', zip).toUpperCase()}  mcp_snapshot-20141130-1.8.zip\n` },
      { [`${PATH}.sha256`]: `${hash('sha256', zip)}\n` },
    ];
    for (const sidecar of sidecars) {
      serve({ [PATH]: zip, ...sidecar });
      const source = await open();
      expect(source.description).toBe(server.url(PATH));
      expect(source.files()).toEqual(['methods.csv']);
      await source.close();
    }
  });

  test('another checksum is refused', async () => {
    const zip = await zipOf({ a: 'b' });
    const other = hash('sha1', Buffer.from('other'));
    serve({ [PATH]: zip, [`${PATH}.sha1`]: other });
    expect(await refusal(open())).toBe(
      `${server.url(PATH)}: the download's sha1 is ${hash('sha1', zip)}, the repository says ${other}.`,
    );
    serve({ [PATH]: zip, [`${PATH}.sha256`]: hash('sha256', Buffer.from('other')) });
    expect(await refusal(open())).toContain("the download's sha256 is");
    serve({ [PATH]: zip, [`${PATH}.sha1`]: '<html>' });
    expect(await refusal(open())).toBe(`${server.url(PATH)}.sha1 holds no sha1 checksum.`);
  });

  test("a checksum that can't be had for another reason than not being there is refused", async () => {
    const zip = await zipOf({ a: 'b' });
    server.answer((request, response) => {
      if (request.url === PATH) response.end(zip);
      else response.writeHead(500).end();
    });
    expect(await refusal(open())).toBe(`${server.url(PATH)}.sha256: the server answered with status 500.`);
  });

  test('what the repository has not', async () => {
    serve({});
    expect(await refusal(open())).toBe(
      `The repository has no de.oceanlabs.mcp:mcp_snapshot:20141130-1.8: nothing at ${server.url(PATH)}.`,
    );
    server.answer((_, response) => response.writeHead(503).end());
    expect(await refusal(open())).toBe(`${server.url(PATH)}: the server answered with status 503.`);
  });
});
