import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { codeOf, enableTotp, nextStep, prepared, stopClock, wrongCode } from '../../modules/second-factors/support.js';
import { forgetPresence, signUp, type Person } from '../../support/people.js';
import { newAccount, signInThrough, startDoorService, textOf, type DoorService } from '../../support/round-trip.js';
import { handleOf, hiddenField, OWN, post } from './support.js';

let service: DoorService;
let person: Person;
beforeAll(async () => {
  service = await startDoorService();
  person = await signUp(service, { handle: 'steve' });
});
afterAll(() => service.close());

const PASSWORD = 'a password that is new here';

/** Whether a password was written back into a page. */
const echoes = (body: string, password: string) => body.includes(password);

describe('signing in', () => {
  test('begins a session, leads on, and asks nobody who is in', async () => {
    const client = service.client();
    const page = await client.request('GET', '/sign-in?returnTo=/graphiql');
    expect(hiddenField(page, 'returnTo')).toBe('/graphiql');
    expect(page.body).toContain(`href="${OWN}/sign-in/github?returnTo=%2Fgraphiql"`);
    const { handle, password } = person;
    const response = await post(client, '/sign-in', { handle, password, returnTo: '/graphiql' });
    expect([response.statusCode, response.headers.location]).toEqual([303, '/graphiql']);
    expect(await handleOf(client)).toBe('steve');
    for (const path of ['/sign-in?returnTo=/a', '/sign-up?returnTo=/a']) {
      const again = await client.request('GET', path);
      expect([again.statusCode, again.headers.location]).toEqual([303, '/a']);
    }
  });

  test('a wrong password and an unknown handle are told alike, and nothing is written back but the handle', async () => {
    const pages: string[] = [];
    for (const handle of ['steve', 'nobody-here']) {
      const response = await post(service.client(), '/sign-in', { handle, password: 'my <wrong> password' });
      expect(response.statusCode).toBe(422);
      expect(response.body).toContain(`value="${handle}"`);
      expect(echoes(response.body, 'wrong')).toBe(false);
      expect(response.headers['set-cookie']).toBeUndefined();
      pages.push(response.body.replaceAll(handle, '…'));
    }
    expect(pages[0]).toBe(pages[1]);
    expect(pages[0]).toContain('Handle and password do not belong together.');
  });

  test('what was typed is text, and a character that no text has is refused', async () => {
    const response = await post(service.client(), '/sign-in', { handle: '"><script>alert(1)', password: 'x' });
    expect(response.body).not.toContain('<script>alert');
    expect((await post(service.client(), '/sign-in', { handle: 'a\u0000b', password: 'x' })).statusCode).toBe(400);
  });

  test('LG12: the session is another one after each sign-in', async () => {
    const client = service.client();
    client.cookies.set('mcp_session', 'planted-by-somebody-else-0123456789');
    const { handle, password } = person;
    await post(client, '/sign-in', { handle, password });
    const first = client.cookies.get('mcp_session')!;
    expect(first).not.toContain('planted');
    await post(client, '/sign-in', { handle, password });
    expect(client.cookies.get('mcp_session')).not.toBe(first);
  });

  test('LG3: who tries too often is told when to come back, and how', async () => {
    const victim = await signUp(service);
    const client = service.client();
    const send = () => post(client, '/sign-in', { handle: victim.handle, password: 'x', returnTo: '/a' });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await send()).statusCode);
    expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
    const refused = await send();
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.body).toContain('href="/sign-in?returnTo=%2Fa"');
  });

  test('a suspended account is told why', async () => {
    const other = await signUp(service);
    await service.db.query(
      `UPDATE users SET suspended_until = '2999-01-01', suspension_reason = '<b>Spam' WHERE id = $1`,
      [other.userId],
    );
    const { handle, password } = other;
    const response = await post(service.client(), '/sign-in', { handle, password });
    expect([response.statusCode, response.body.includes('&#60;b&#62;Spam')]).toEqual([403, true]);
  });
});

describe('the second factor', () => {
  test('takes a code; the challenge stands in no address, and five wrong ones are too many', async () => {
    stopClock();
    try {
      const other = await signUp(service);
      const { secret } = await enableTotp(other);
      nextStep();
      const { handle, password } = other;
      const client = service.client();
      const begin = () => post(client, '/sign-in', { handle, password, returnTo: '/a' });
      const asked = await begin();
      expect([asked.statusCode, asked.headers.location]).toEqual([200, undefined]);
      const challenge = hiddenField(asked, 'challenge');
      service.secrets.add(challenge);
      const fields = { challenge, methods: 'TOTP RECOVERY_CODE', returnTo: '/a' };
      const send = (code: string) => post(client, '/sign-in/second-factor', { ...fields, code });
      const wrong = await send(wrongCode(secret));
      expect([wrong.statusCode, hiddenField(wrong, 'challenge')]).toEqual([422, challenge]);
      expect(wrong.body).toContain('id="code-error"');
      const done = await send(codeOf(secret));
      expect([done.statusCode, done.headers.location]).toEqual([303, '/a']);
      expect(await handleOf(client)).toBe(handle);

      fields.challenge = hiddenField(await begin(), 'challenge');
      service.secrets.add(fields.challenge);
      for (let i = 0; i < 5; i++) await send(wrongCode(secret));
      nextStep();
      const over = await send(codeOf(secret));
      expect(over.statusCode).toBe(422);
      expect(textOf(over)).toContain('begin again with the password');
      expect(over.body).toContain('action="/sign-in"');
    } finally {
      vi.useRealTimers();
    }
  });

  test('its page alone leads to the beginning', async () => {
    for (const [path, to] of [
      ['/sign-in/second-factor', '/sign-in'],
      ['/sign-in/prove', '/sign-in?prove=1'],
      ['/sign-in/prove/provider', '/sign-in?prove=1'],
    ]) {
      expect((await service.client().request('GET', path!)).headers.location).toBe(to);
    }
  });
});

describe('proving oneself again', () => {
  const provenOf = async (userId: number) =>
    (
      await service.db.query<{ fresh: boolean }>(
        `SELECT proven_at > now() - interval '1 minute' AS fresh FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 1`,
        [userId],
      )
    )[0]!.fresh;

  test('by password gives the session another secret and leads on', async () => {
    const other = await signUp(service);
    await forgetPresence(service, other);
    const before = other.cookies.get('mcp_session');
    const page = await other.request('GET', '/sign-in?prove=1&returnTo=/a');
    expect(page.body).toContain('id="password"');
    expect(page.body).not.toMatch(/id="code"|Prove it with|data-passkey/);
    expect((await post(other, '/sign-in/prove', { password: 'wrong', returnTo: '/a' })).statusCode).toBe(422);
    expect(await provenOf(other.userId)).toBe(false);
    const done = await post(other, '/sign-in/prove', { password: other.password, returnTo: '/a' });
    expect([done.statusCode, done.headers.location]).toEqual([303, '/a']);
    expect(other.cookies.get('mcp_session')).not.toBe(before);
    expect(await provenOf(other.userId)).toBe(true);
  });

  test('by a provider is offered to whom has it there, and to nobody else', async () => {
    newAccount(service.github);
    const client = service.client();
    await signInThrough(service, client, 'GITHUB');
    const page = await client.request('GET', '/sign-in?prove=1');
    expect(page.body).toContain('Prove it with GitHub');
    expect(page.body).not.toMatch(/Prove it with Discord|id="password"/);
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${service.github.settings.url}`);
    const started = await post(client, '/sign-in/prove/provider', { provider: 'GITHUB' });
    expect(started.headers.location).toContain(`${service.github.settings.url}/login/oauth/authorize?`);
    service.secrets.add(new URL(started.headers.location!).searchParams.get('state'));
    expect((await post(client, '/sign-in/prove/provider', { provider: 'DISCORD' })).statusCode).toBe(422);
    expect((await post(client, '/sign-in/prove/provider', { provider: 'IRC' })).statusCode).toBe(400);
  });

  test('who is not signed in any more signs in', async () => {
    for (const path of ['/sign-in/prove', '/sign-in/prove/provider']) {
      const response = await post(service.client(), path, { provider: 'GITHUB', returnTo: '/a' });
      expect(response.headers.location).toBe('/sign-in?returnTo=%2Fa');
    }
    expect(textOf(await service.client().request('GET', '/sign-in?prove=1'))).toContain('Sign in');
  });
});

describe('signing up and recovering', () => {
  test('tells all that is wrong beside its field', async () => {
    const response = await post(service.client(), '/sign-up', { handle: 'Steve', password: 'short and' });
    expect(response.statusCode).toBe(422);
    expect(response.body).toMatch(/id="handle-error" role="alert">The handle Steve is taken/);
    expect(response.body).toMatch(/id="password-error" role="alert">A password needs 10/);
    expect(response.body).toMatch(/aria-describedby="handle-hint handle-error"/);
    expect(response.body).toContain('value="Steve"');
    expect(echoes(response.body, 'short and')).toBe(false);
  });

  test('makes an account and leads on', async () => {
    const client = service.client();
    service.secrets.add(PASSWORD);
    const response = await post(client, '/sign-up', { handle: 'fresh', password: PASSWORD, returnTo: '/a' });
    expect([response.statusCode, response.headers.location]).toEqual([303, '/a']);
    expect(await handleOf(client)).toBe('fresh');
  });

  test('a recovery code and a new password let the owner in, and others out', async () => {
    const { person: owner, codes } = await prepared(service);
    const client = service.client();
    const wrong = { handle: owner.handle, recoveryCode: 'AAAA-BBBB-CCCC-DDDD', newPassword: PASSWORD };
    const refused = await post(client, '/recover', wrong);
    expect([refused.statusCode, refused.body.includes('id="recoveryCode-error"')]).toEqual([422, true]);
    expect(echoes(refused.body, PASSWORD) || echoes(refused.body, wrong.recoveryCode)).toBe(false);
    const weak = await post(client, '/recover', { ...wrong, newPassword: 'short' });
    expect(weak.body).toContain('id="newPassword-error"');
    const done = await post(client, '/recover', { ...wrong, recoveryCode: codes[0]! });
    expect([done.statusCode, done.headers.location]).toEqual([303, '/account']);
    expect(await handleOf(client)).toBe(owner.handle);
    expect((await owner.send(`{ viewer { permissions } }`)).status).toBe(401);
  });
});

describe('signing out', () => {
  test('OP4: an address asks, and only its form does it', async () => {
    const other = await signUp(service);
    expect(textOf(await other.request('GET', '/sign-out'))).toContain(`You are signed in as ${other.handle}`);
    expect(await handleOf(other)).toBe(other.handle);
    const secret = other.cookies.get('mcp_session')!;
    const response = await post(other, '/sign-out');
    expect([response.statusCode, textOf(response).includes('You are signed out')]).toEqual([200, true]);
    expect(other.cookies.has('mcp_session')).toBe(false);
    const thief = service.client();
    thief.cookies.set('mcp_session', secret);
    expect((await thief.send(`{ viewer { permissions } }`)).status).toBe(401);
    // Nobody is signed in: nothing to ask, and the form of another tab finds it done.
    expect(textOf(await other.request('GET', '/sign-out'))).toContain('You are signed out');
    expect((await post(other, '/sign-out')).statusCode).toBe(200);
  });
});
