import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError } from '../../src/app/env.js';
import { secretKeys } from '../../src/app/secret-keys.js';
import { createLogger, prettyLine } from '../../src/app/logger.js';

describe('settings', () => {
  it('have defaults for development', () => {
    expect(readSettings({})).toEqual({
      NODE_ENV: 'development',
      PORT: 4000,
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://localhost:4000',
      DATA_DIR: './data',
      TRUSTED_PROXIES: [],
      GITHUB_URL: 'https://github.com',
      DISCORD_URL: 'https://discord.com',
      MCP_MAVEN_URL: 'https://maven.minecraftforge.net',
      WEBHOOK_PRIVATE_HOSTS: false,
      SNAPSHOT_AT: '03:00',
      DUMP_AT: '04:00',
      CONFIRM_STABLE: false,
      IRC_KEY_FILE: 'data/irc-key.json',
      IRC_SERVICE_URL: 'http://localhost:4000',
      LOG_LEVEL: 'info',
      READ_MODEL_MB: 512,
      DRAIN_SECONDS: 0,
    });
    expect(readSettings({ NODE_ENV: 'production', PORT: '80', SECRET_KEYS: 'k'.repeat(32) })).toMatchObject({
      HOST: '0.0.0.0',
      PUBLIC_URL: 'http://localhost:80',
    });
  });

  it('take an empty value for none', () => {
    const empty = { PORT: '', HOST: '', PUBLIC_URL: '', DATABASE_URL: '', LOG_LEVEL: '', NODE_ENV: '' };
    expect(readSettings(empty)).toEqual(readSettings({}));
  });

  it('drop the slash at the end of an address', () => {
    expect(readSettings({ PUBLIC_URL: 'https://mcp.example.org/' }).PUBLIC_URL).toBe('https://mcp.example.org');
  });

  it.each(['PUBLIC_URL', 'GITHUB_URL', 'DISCORD_URL'])('take no user and password in %s', (name) => {
    for (const login of ['user:sekret', 'user', ':sekret']) {
      const address = `https://${login}@example.org`;
      expect(() => readSettings({ [name]: address })).toThrow(`${name}: an address without a user and password in it`);
    }
    expect(readSettings({ [name]: 'https://example.org/' })).toMatchObject({ [name]: 'https://example.org' });
  });

  it('tell every fault at once, each by its name and none with its value', () => {
    const faulty = {
      NODE_ENV: 'prod',
      PORT: '70000',
      PUBLIC_URL: 'ftp://x',
      DATABASE_URL: 'mysql://root:sekret@db/x',
      REDIS_URL: 'sekret',
      LOG_LEVEL: 'loud',
      DRAIN_SECONDS: '-1',
      SECRET_KEYS: `${'k'.repeat(32)},sekret`,
      TRUSTED_PROXIES: '10.0.0.0/8,sekret',
      GITHUB_CLIENT_SECRET: 'sekret',
      GITHUB_URL: 'sekret',
      IRC_SERVERS: 'Net=ircs://bot:sekret@irc.example.org/#mcp#sekret',
      IRC_CLIENT_ID: '',
    };
    let fault: unknown;
    try {
      readSettings(faulty);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(SettingsError);
    const { faults, message } = fault as SettingsError;
    const told = faults.map((line) => line.split(':')[0]!.replace('GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'));
    expect(told.sort()).toEqual(Object.keys(faulty).sort());
    expect(message).not.toContain('sekret');
  });
});

describe('settings that belong together', () => {
  const faultsOf = (environment: Record<string, string>) => {
    try {
      readSettings(environment);
      return [];
    } catch (error) {
      return (error as SettingsError).faults.map((fault) => fault.split(':')[0]);
    }
  };

  it('an OAuth application is told whole', () => {
    expect(faultsOf({ GITHUB_CLIENT_ID: 'x' })).toEqual(['GITHUB_CLIENT_SECRET']);
    expect(faultsOf({ DISCORD_CLIENT_SECRET: 'x', PORT: 'x' })).toEqual(['PORT', 'DISCORD_CLIENT_ID']);
    expect(faultsOf({ GITHUB_CLIENT_ID: 'x', GITHUB_CLIENT_SECRET: 'y' })).toEqual([]);
  });

  it('production has its keys given, and development makes them once', async () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual(['SECRET_KEYS']);
    const keys = readSettings({ SECRET_KEYS: `${'a'.repeat(32)}, ${'b'.repeat(40)}` });
    expect(await secretKeys(keys)).toEqual(['a'.repeat(32), 'b'.repeat(40)]);
    const folder = await mkdtemp(join(tmpdir(), 'mcp-keys-'));
    try {
      const settings = readSettings({ DATA_DIR: join(folder, 'data') });
      const made = await Promise.all([secretKeys(settings), secretKeys(settings)]);
      expect(made[0]).toEqual(made[1]);
      expect(made[0][0]).toMatch(/^[\w-]{43}$/);
      expect((await stat(join(folder, 'data', 'secret-keys'))).mode & 0o777).toBe(0o600);
      await writeFile(join(folder, 'data', 'secret-keys'), '');
      await expect(secretKeys(settings)).rejects.toThrow('holds no key');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the log', () => {
  it('hides credentials wherever they stand, and what a database says of values', () => {
    const stream = new PassThrough();
    const log = createLogger({ level: 'info', stream });
    const secret = 'sekret';
    const fault = Object.assign(new Error('duplicate key'), { detail: secret, parameters: [secret], code: '23505' });
    log.info({ authorization: secret, headers: { cookie: secret }, req: { headers: { authorization: secret } } }, 'a');
    log.info({ password: secret, input: { token: secret, password: secret } }, 'b');
    log.error({ err: new Error('outer', { cause: fault }) }, 'c');
    const written = String(stream.read());
    expect(written).not.toContain(secret);
    expect(written).toContain('"code":"23505"');
    expect(written).toContain('duplicate key');
  });

  it('is lines for people on a terminal', () => {
    const line = JSON.stringify({
      level: 'info',
      time: '2026-01-01T12:34:56.789Z',
      requestId: 'x',
      ms: 3,
      msg: 'request',
    });
    expect(prettyLine(line)).toBe('12:34:56 info  request ms=3');
    const fault = JSON.stringify({
      level: 'error',
      time: '2026-01-01T12:34:56.789Z',
      msg: 'm',
      err: { stack: 'Error: x' },
    });
    expect(prettyLine(fault)).toBe('12:34:56 error m\nError: x');
  });
});
