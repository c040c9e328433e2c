import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetVersions, openTestDatabase, type TestDatabase } from '../support/database.js';
import { CONSTRUCTORS, FILES, GIVEN, JOINED, named, NAMES, rowsOf } from '../modules/imports/support.js';
import { localServer, temporaryFolders, zipOf } from '../modules/imports/sources/support.js';
import { shellOn, type Outcome } from './support.js';

const folder = temporaryFolders();
const server = localServer();
let db: TestDatabase;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  db = await openTestDatabase();
  mcp = shellOn(db, { mavenUrl: server.url('/maven') });
});
beforeEach(() => forgetVersions(db));
afterAll(() => db.close());

const done = (outcome: Outcome): Outcome => {
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return outcome;
};
const json = (outcome: Outcome): unknown => JSON.parse(done(outcome).stdout);

/** Serves these paths and 404 for others. */
function serve(files: Record<string, Buffer | string>): void {
  server.answer((request, response) => {
    const body = files[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
}

describe('fetch', () => {
  const ARTIFACT = '/maven/de/oceanlabs/mcp/mcp_config/1.12.2/mcp_config-1.12.2.zip';
  const STABLE = '/maven/de/oceanlabs/mcp/mcp_stable/39-1.12/mcp_stable-39-1.12.zip';
  const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');
  /** As MCPConfig's build publishes it. */
  const mcpConfig = () =>
    zipOf({
      'config.json': JSON.stringify({
        spec: 1,
        version: '1.12.2',
        data: {
          access: 'config/access.txt',
          constructors: 'config/constructors.txt',
          exceptions: 'config/exceptions.txt',
          mappings: 'config/joined.tsrg',
          statics: 'config/static_methods.txt',
          inject: 'config/inject/',
          patches: { client: 'patches/client/' },
        },
        steps: { joined: [{ type: 'downloadManifest' }] },
        functions: {},
      }),
      'config/joined.tsrg': JOINED,
      'config/constructors.txt': CONSTRUCTORS,
      'config/exceptions.txt': 'net/minecraft/Alpha func_12_c__ ()V java/io/IOException\n',
      'config/static_methods.txt': 'func_13_d\n',
      'config/access.txt': 'PUBLIC net/minecraft/Alpha\n',
      'config/inject/package-info-template.java': 'package {PACKAGE};\n',
      'patches/client/net/minecraft/Alpha.java.patch': '--- a\n',
    });

  test('a game version and its names from a Maven repository', async () => {
    const [config, stable] = [await mcpConfig(), await zipOf(NAMES)];
    serve({
      [ARTIFACT]: config,
      [`${ARTIFACT}.sha1`]: sha1(config),
      [STABLE]: stable,
      [`${STABLE}.sha1`]: sha1(stable),
    });
    const version = json(
      await mcp('fetch', 'de.oceanlabs.mcp:mcp_config:1.12.2', '--version', '1.12.2', '--current', '--json'),
    );
    expect(version).toMatchObject({
      version: '1.12.2',
      isCurrent: true,
      files: ['config/joined.tsrg', 'config/constructors.txt', 'config/static_methods.txt', 'config/exceptions.txt'],
      unknownStaticness: { methods: 0, withParameters: 0 },
    });
    const { stdout } = done(await mcp('fetch', 'de.oceanlabs.mcp:mcp_stable:39-1.12', '--version', '1.12.2'));
    expect(stdout).toContain('Imported names of 1.12.2 from methods.csv (3 rows)');
    expect(named(await rowsOf(db, '1.12.2'))).toEqual(GIVEN);
  });

  test('another checksum, no artifact, no coordinate: refused, and nothing written', async () => {
    const config = await mcpConfig();
    serve({ [ARTIFACT]: config, [`${ARTIFACT}.sha1`]: sha1(Buffer.from('other')) });
    const fetched = (coordinate: string) => mcp('fetch', coordinate, '--version', '1.12.2');
    const mismatch = await fetched('de.oceanlabs.mcp:mcp_config:1.12.2');
    expect(mismatch).toMatchObject({ status: 1, stdout: '' });
    expect(mismatch.stderr).toContain(`the download's sha1 is ${sha1(config)}, the repository says`);
    const missing = await fetched('de.oceanlabs.mcp:mcp_config:9.9');
    expect(missing).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has no de.oceanlabs.mcp:mcp_config:9.9'),
    });
    expect(await fetched('mcp_config')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is not a Maven coordinate'),
    });
    expect(await db.query('SELECT FROM game_versions')).toEqual([]);
  });

  test('a name set takes no options of a version', async () => {
    const stable = await zipOf(NAMES);
    serve({ [STABLE]: stable });
    done(await mcp('import', await folder(FILES), '--version', '1.12.2'));
    const outcome = await mcp('fetch', 'de.oceanlabs.mcp:mcp_stable:39-1.12', '--version', '1.12.2', '--current');
    expect(outcome).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--current, --from and --keep-sample'),
    });
    expect(named(await rowsOf(db, '1.12.2'))).toEqual({});
  });
});
