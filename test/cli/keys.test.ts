import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../modules/imports/sources/support.js';
import { startTestService, type TestService } from '../support/service.js';
import { mcp as mcpProcess, shellOn, type Outcome } from './support.js';

interface Key {
  kid: string;
  since: string;
  retired: string | null;
}

let service: TestService;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  mcp = shellOn(service.db, {}, '', service.auth.keyring);
});
afterAll(() => service.close());

async function json<Result>(...args: string[]): Promise<Result> {
  const { status, stdout, stderr } = await mcp(...args, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}
const list = () => json<Key[]>('keys', 'list');
const publishedKids = async () =>
  (await service.http.inject('/oidc/jwks')).json<{ keys: Key[] }>().keys.map(({ kid }) => kid);

describe('keys', () => {
  test('list says that there is none before anything was signed', async () => {
    expect(await mcp('keys', 'list')).toEqual({
      status: 0,
      stdout: 'There is no key yet: the service makes one.\n',
      stderr: '',
    });
    expect(await list()).toEqual([]);
  });

  test('JW3 rotate lets the service sign with another key, and publish the one before it', async () => {
    const [first] = await publishedKids();
    expect(await list()).toEqual([{ kid: first, since: expect.any(String), retired: null }]);
    const { kid } = await json<{ kid: string }>('keys', 'rotate');
    expect(kid).not.toBe(first);
    await expect.poll(publishedKids).toEqual([kid, first]);
    const [now, before] = await list();
    expect([now, before]).toMatchObject([
      { kid, retired: null },
      { kid: first, retired: now!.since },
    ]);
    expect((await mcp('keys', 'list')).stdout).toBe(
      `${kid}  since ${now!.since}, signs\n${first}  since ${before!.since}, retired ${now!.since}\n`,
    );
  });

  test('rotate says in words what it did, and shows no private key; nor does list', async () => {
    const { stdout } = await mcp('keys', 'rotate');
    const kid = /^Tokens are signed with the key (\S{43}) from now on\.\n$/.exec(stdout)?.[1];
    expect((await list())[0]!.kid).toBe(kid);
    await expect.poll(async () => (await service.auth.signingKeys.get()).private[0]!.kid).toBe(kid);
    const { private: keys } = await service.auth.signingKeys.get();
    const shown = [stdout, (await mcp('keys', 'list')).stdout, (await mcp('keys', 'list', '--json')).stdout].join('');
    expect(shown).toContain(keys[0]!.kid);
    for (const { d } of keys) expect(shown).not.toContain(d);
  });

  test('rotate forgets keys that were retired more than a day ago', async () => {
    const before = await list();
    await service.db.query(`UPDATE signing_keys SET retired_at = now() - interval '25 hours' WHERE kid = $1`, [
      before.at(-1)!.kid,
    ]);
    await mcp('keys', 'rotate');
    const after = (await list()).map(({ kid }) => kid);
    expect(after).toHaveLength(before.length);
    expect(after).not.toContain(before.at(-1)!.kid);
    expect(await service.db.query(`SELECT FROM signing_keys`)).toHaveLength(before.length);
  });

  test('a key made under SECRET_KEYS that the service lacks signs nothing: the service makes one of its own', async () => {
    const { stdout } = await shellOn(service.db)('keys', 'rotate', '--json');
    const { kid } = JSON.parse(stdout) as { kid: string };
    await expect.poll(async () => (await service.auth.signingKeys.get()).public.has(kid)).toBe(false);
    const { private: keys } = await service.auth.signingKeys.get();
    expect((await list())[0]!.kid).toBe(keys[0]!.kid);
  });
});

const folder = temporaryFolders();

test('a process of its own takes SECRET_KEYS of the settings', async () => {
  const DATA_DIR = await folder({});
  const settings = { DATA_DIR, SECRET_KEYS: randomBytes(32).toString('hex') };
  const made = await mcpProcess(['keys', 'rotate', '--json'], settings);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  const listed = await mcpProcess(['keys', 'list', '--json'], settings);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ ...JSON.parse(made.stdout), retired: null }]);
  const misused = await mcpProcess(['keys', 'rotate'], { DATA_DIR, SECRET_KEYS: 'too short' });
  expect(misused).toMatchObject({ status: 2, stdout: '' });
  expect(misused.stderr).toContain('SECRET_KEYS');
}, 120_000);
