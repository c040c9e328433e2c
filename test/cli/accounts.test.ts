import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../support/client.js';
import { startTestService, type TestService } from '../support/service.js';
import { shellOn, type Outcome } from './support.js';

let service: TestService;
let mcp: (...args: string[]) => Promise<Outcome>;
beforeAll(async () => {
  service = await startTestService();
  mcp = shellOn(service.db);
});
afterAll(() => service.close());

const SIGN_IN = `mutation ($handle: String!, $password: String!) {
  signIn(input: { handle: $handle, password: $password }) { viewer { user { handle roles } } userErrors { code } } }`;

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await mcp(...args, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function tokenOf(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await mcp('token', 'create', ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  service.secrets.add(stdout.trim());
  return stdout.trim();
}

const viewerBy = async (token: string) => {
  const client = Object.assign(service.client(), { token });
  return client.send(`{ viewer { user { handle } permissions } }`);
};

describe('user create', () => {
  test('makes the first administrator, with a password that is shown once and signs in', async () => {
    const { status, stdout } = await mcp('user', 'create', 'Operator-1', '--role', 'admin');
    expect(status).toBe(0);
    const password = /^Made the account Operator-1 as ADMIN\.\nIts password, shown this once: (\S{24})\n$/.exec(
      stdout,
    )![1]!;
    const { signIn } = await service.client().query(SIGN_IN, { handle: 'operator-1', password });
    expect(signIn.viewer.user).toMatchObject({ handle: 'Operator-1', roles: ['USER', 'ADMIN'] });
    const events = await service.db.query(`SELECT action, via, actor_id FROM audit_events ORDER BY id LIMIT 2`);
    expect(events).toEqual([
      { action: 'user.create', via: 'shell', actor_id: null },
      { action: 'role.grant', via: 'shell', actor_id: null },
    ]);
  });

  test('takes a password from standard input, and does not repeat it', async () => {
    const password = 'seven small wooden boats';
    service.secrets.add(password);
    const { status, stdout } = await shellOn(service.db, {}, password)('user', 'create', 'boatman', '--password-stdin');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Made the account boatman.\n' });
    expect(outcomeOf(await service.client().send(SIGN_IN, { handle: 'boatman', password }))).toBe('OK');
  });

  test('gives out reserved handles, which nobody can sign up under', async () => {
    expect(await json('user', 'create', 'admin')).toEqual({
      handle: 'admin',
      role: 'USER',
      password: expect.stringMatching(/^[0-9A-Z-]{24}$/),
    });
  });

  test.each([
    ['two words', 'A handle has 2 to 32 letters'],
    ['boatman', 'is taken'],
    ['b0atman', 'is taken'],
  ])('refuses %s, with status 1', async (handle, reason) => {
    const { status, stdout, stderr } = await mcp('user', 'create', handle);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(reason);
  });

  test('refuses a bad password from standard input', async () => {
    const { status, stderr } = await shellOn(service.db, {}, 'password123')(
      'user',
      'create',
      'weak',
      '--password-stdin',
      '--json',
    );
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ errors: [{ code: 'BREACHED_PASSWORD', path: ['password'] }] });
    expect(await service.db.query(`SELECT FROM users WHERE handle = 'weak'`)).toEqual([]);
  });
});

describe('role', () => {
  test('grant and revoke, for all versions and for one, until a day', async () => {
    expect(
      (await mcp('role', 'grant', 'BOATMAN', 'maintainer', '--version', '0.0-sample', '--reason', 'knows it')).stdout,
    ).toBe('boatman is MAINTAINER for 0.0-sample.\n');
    expect((await mcp('role', 'grant', 'boatman', 'release-manager', '--until', '30d')).stdout).toMatch(
      /^boatman is RELEASE_MANAGER for all game versions until \d{4}-/,
    );
    const list = (await json('user', 'list')) as unknown as { handle: string; roles: string[]; ways: string[] }[];
    expect(list.find(({ handle }) => handle === 'boatman')).toMatchObject({
      roles: ['MAINTAINER (0.0-sample)', 'RELEASE_MANAGER'],
      ways: ['LOCAL'],
    });
    expect((await mcp('role', 'revoke', 'boatman', 'release-manager')).stdout).toBe(
      'boatman is RELEASE_MANAGER for all game versions no more.\n',
    );
    const { status, stderr } = await mcp('role', 'revoke', 'boatman', 'release-manager');
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no such grant, or it has ended.\n' });
  });

  test('RO1 the last administrator stays', async () => {
    const { status, stderr } = await mcp('role', 'revoke', 'operator-1', 'ADMIN');
    expect(status).toBe(1);
    expect(stderr).toContain('administrator');
  });

  test.each([
    [['role', 'grant', 'nobody-here', 'ADMIN'], 'There is no account nobody-here.'],
    [['role', 'grant', 'boatman', 'USER'], 'Everyone has the role USER'],
    [['role', 'grant', 'boatman', 'IRC_BOT'], 'for bots alone'],
    [['role', 'grant', 'boatman', 'ADMIN', '--version', '9.9'], 'no such game version'],
    [['role', 'grant', 'boatman', 'ADMIN', '--until', '2001-01-01'], 'must lie in the future'],
  ])('refuses %j', async (args, reason) => {
    const { status, stderr } = await mcp(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(reason);
  });
});

describe('user list', () => {
  test('is for people too', async () => {
    const { stdout } = await mcp('user', 'list');
    expect(stdout).toMatch(/^admin {28}USER {21}LOCAL; since \d{4}-\d\d-\d\d$/m);
    expect(stdout).toMatch(/^boatman +MAINTAINER \(0\.0-sample\)/m);
  });
});

describe('token create', () => {
  test('prints a token that works at once, and may do what was named', async () => {
    const token = await tokenOf('operator-1', '--permissions', 'mapping:propose,USER_SUSPEND', '--expires', '12h');
    expect(token).toMatch(/^mcp_pat_[0-9A-Za-z]{49}$/);
    expect((await viewerBy(token)).data).toEqual({
      viewer: { user: { handle: 'Operator-1' }, permissions: ['MAPPING_PROPOSE', 'USER_SUSPEND'] },
    });
  });

  test('for a version alone, and as JSON', async () => {
    const made = await json(
      'token',
      'create',
      'boatman',
      '--permissions',
      'mapping:lock',
      '--version',
      '0.0-sample',
      '--name',
      'ci',
    );
    service.secrets.add(made['token']);
    expect(made).toMatchObject({ name: 'ci', permissions: ['mapping:lock'] });
    expect(outcomeOf(await viewerBy(made['token'] as string))).toBe('OK');
  });

  test.each([
    [['boatman', '--permissions', 'mapping:lock'], 'MAPPING_LOCK'],
    [['operator-1', '--permissions', 'role:grant'], 'ROLE_GRANT'],
    [['boatman', '--permissions', 'mapping:vote', '--expires', '2000d'], '366 days'],
    [['boatman', '--permissions', 'mapping:vote', '--version', '9.9'], 'no game version'],
    [['nobody-here', '--permissions', 'mapping:vote'], 'There is no account nobody-here.'],
  ])('refuses %j', async (args, reason) => {
    const { status, stdout, stderr } = await mcp('token', 'create', ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(reason);
  });
});
