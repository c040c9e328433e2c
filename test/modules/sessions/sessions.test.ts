import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf } from '../../support/client.js';
import { programOf, signInAgain, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { lives, sessionOf, SIGN_IN, SIGN_UP, thief, WHO } from '../accounts/support.js';

let service: TestService;
let replica: TestService;
let secure: TestService;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  replica = await startTestService({ sample: false, db: service.db });
  secure = await startTestService({ sample: false, db: service.db, publicUrl: 'https://mcp.example' });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  await secure.close();
  await replica.close();
  await service.close();
});

const REVOKE = `mutation ($id: ID!) { revokeSession(input: { id: $id }) { viewer { sessions { id current } } userErrors { code path } } }`;
const REVOKE_OTHERS = `mutation { revokeOtherSessions { viewer { sessions { id current } } userErrors { code } } }`;
const SESSIONS = `{ viewer { sessions { id current device createdAt lastSeenAt expiresAt } } }`;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const stateOf = () =>
  service.db.query<{ id: number }>(
    `SELECT s.id, s.user_id, (SELECT max(id) FROM audit_events) AS events FROM sessions s ORDER BY s.id`,
  );

/** The global id of the session of a browser. */
async function idOf(client: Pick<Person, 'query'>): Promise<string> {
  const { viewer } = await client.query(SESSIONS);
  return (viewer.sessions as { id: string; current: boolean }[]).find(({ current }) => current)!.id;
}

describe('revokeSession and revokeOtherSessions', () => {
  it('SE2 SE8 are denied to nobody known, to tokens, and for the session of somebody else', async () => {
    const [person, other] = [await signUp(service), await signUp(service, { roles: [RoleName.ADMIN] })];
    const program = await programOf(service, person);
    const id = await idOf(person);
    const before = await stateOf();
    expect(outcomeOf(await service.client().send(REVOKE, { id }))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await service.client().send(REVOKE_OTHERS))).toBe('UNAUTHENTICATED');
    expect(outcomeOf(await program.send(REVOKE, { id }))).toBe('FORBIDDEN');
    expect(outcomeOf(await program.send(REVOKE_OTHERS))).toBe('FORBIDDEN');
    const { revokeSession } = await other.query(REVOKE, { id });
    expect(revokeSession).toEqual({ viewer: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    const unknown = ['Session:2147483647', 'Session:0', 'Session:x', "Session:1' OR '1'='1"];
    for (const text of unknown) {
      expect(outcomeOf(await other.send(REVOKE, { id: Buffer.from(text).toString('base64url') }))).toBe('NOT_FOUND');
    }
    expect(outcomeOf(await other.send(REVOKE, { id: other.id }))).toBe('BAD_USER_INPUT');
    expect(await stateOf()).toEqual(before);
    expect((await person.query(WHO)).viewer.user.handle).toBe(person.handle);
  });

  it('SE3 SE5 end exactly the one that is named, at once and on every replica', async () => {
    const person = await signUp(service);
    const browsers = [
      await signInAgain(service, person),
      await signInAgain(service, person),
      await signInAgain(service, person),
    ];
    const elsewhere = browsers.map((browser) => thief(replica, sessionOf(service, browser)!));
    const alive = async () => Promise.all(elsewhere.map(async (browser) => (await browser.send(WHO)).status === 200));
    expect(await alive()).toEqual([true, true, true]);
    const { revokeSession } = await person.query(REVOKE, { id: await idOf(browsers[1]!) });
    expect(revokeSession.userErrors).toEqual([]);
    expect(revokeSession.viewer.sessions).toHaveLength(3);
    expect(await alive()).toEqual([true, false, true]);
    const { viewer } = await person.query(`{ viewer { auditEvents(first: 1) { nodes { action } } } }`);
    expect(viewer.auditEvents.nodes).toEqual([{ action: 'session.revoke' }]);
  });

  it('end the session of the call, which is anonymous from there', async () => {
    const person = await signUp(service);
    const { data } = await person.send(REVOKE, { id: await idOf(person) });
    expect(data.revokeSession).toEqual({ viewer: null, userErrors: [] });
    expect(sessionOf(service, person)).toBeUndefined();
    expect(await person.query(WHO)).toEqual({ viewer: null });
  });

  it('SE3 end all others, and nobody else', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const browsers = [await signInAgain(service, person), await signInAgain(service, person)];
    const { revokeOtherSessions } = await person.query(REVOKE_OTHERS);
    expect(revokeOtherSessions).toEqual({
      viewer: { sessions: [{ id: expect.any(String), current: true }] },
      userErrors: [],
    });
    for (const browser of browsers) expect((await browser.send(WHO)).status).toBe(401);
    for (const kept of [person, other]) expect((await kept.query(WHO)).viewer.user.handle).toBe(kept.handle);
    const { viewer } = await person.query(`{ viewer { auditEvents(first: 1) { nodes { action detail } } } }`);
    expect(viewer.auditEvents.nodes).toEqual([{ action: 'session.revoke_others', detail: '2 session(s)' }]);
  });

  it('SE1 tell sessions by a handle that opens nothing', async () => {
    const person = await signUp(service);
    const { viewer } = await person.query(SESSIONS);
    expect(JSON.stringify(viewer)).not.toContain(sessionOf(service, person)!);
    expect((await thief(service, viewer.sessions[0].id as string).send(WHO)).status).toBe(401);
  });
});

describe('a session', () => {
  /** A person whose session began at an instant of a clock that stands still. */
  async function begin() {
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(start);
    const person = await signUp(service);
    const secret = sessionOf(service, person)!;
    return { secret, livesAt: (after: number) => (vi.setSystemTime(start + after), lives(service, secret)) };
  }

  it('SE4 ends after 14 days without use', async () => {
    const { livesAt } = await begin();
    expect(await livesAt(14 * DAY)).toBe(false);
    expect(await livesAt(15 * DAY)).toBe(false);
    const used = await begin();
    expect(await used.livesAt(14 * DAY - 1)).toBe(true);
    expect(await used.livesAt(28 * DAY - 2)).toBe(true);
    expect(await used.livesAt(42 * DAY - 2)).toBe(false);
  });

  it('SE4 ends after 90 days, however much it is used', async () => {
    const { livesAt } = await begin();
    for (let day = 10; day < 90; day += 10) expect(await livesAt(day * DAY)).toBe(true);
    expect(await livesAt(90 * DAY - 1)).toBe(true);
    expect(await livesAt(90 * DAY)).toBe(false);
  });

  it('SE4 says when it ends, is noted as used once a minute at most, and is not listed any more once it has ended', async () => {
    const person = await signUp(service);
    const other = await signInAgain(service, person);
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    const seen = async () => {
      const rows = await service.db.query<{ at: Date; version: string }>(
        `SELECT last_seen_at AS at, xmin::text AS version FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 1`,
        [person.userId],
      );
      return rows[0]!;
    };
    const first = await seen();
    vi.setSystemTime(first.at.getTime() + 60_000);
    await other.query(WHO);
    expect(await seen()).toEqual(first);
    vi.setSystemTime(start + 10 * DAY);
    const { viewer } = await other.query(SESSIONS);
    expect(viewer.sessions).toHaveLength(2);
    expect(viewer.sessions[0]).toMatchObject({
      current: true,
      lastSeenAt: new Date(start + 10 * DAY).toISOString(),
      expiresAt: new Date(start + 24 * DAY).toISOString(),
    });
    vi.setSystemTime(start + 20 * DAY);
    expect((await other.query(SESSIONS)).viewer.sessions).toHaveLength(1);
  });

  it('SE6 that has ended is an error once, and its cookie is taken back: the next request is anonymous', async () => {
    const person = await signUp(service);
    await service.db.query(`UPDATE sessions SET idle_expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      person.userId,
    ]);
    const response = await person.request('POST', '/graphql', { query: WHO });
    expect(response.statusCode).toBe(401);
    expect(response.json().errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(response.headers['set-cookie']).toBe(
      'mcp_session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    );
    expect(await person.query(WHO)).toEqual({ viewer: null });
  });

  it('SE12 is refused in the same words whether it ended, was revoked, never was, or its account is suspended', async () => {
    const people = [await signUp(service), await signUp(service), await signUp(service)];
    const secrets = people.map((person) => sessionOf(service, person)!);
    await service.db.query(`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      people[0]!.userId,
    ]);
    await people[1]!.query(`mutation { signOut { ok } }`);
    await service.db.query(`UPDATE users SET suspended_until = now() + interval '1 day' WHERE id = $1`, [
      people[2]!.userId,
    ]);
    const answers = [];
    for (const secret of [...secrets, 'never-was', 'x'.repeat(10_000)]) {
      const { status, errors } = await thief(service, secret).send(WHO);
      answers.push([status, errors![0]!.message]);
    }
    expect(answers).toEqual(answers.map(() => [401, 'This session has ended. Sign in again.']));
  });
});

describe('the session cookie', () => {
  it('SE6 is __Host-, Secure, HttpOnly and SameSite=Lax over HTTPS', async () => {
    const client = secure.client();
    const response = await client.request('POST', '/graphql', {
      query: SIGN_UP,
      variables: { handle: 'cookie-monster', password: 'six lanterns drift south' },
    });
    const cookies = [response.headers['set-cookie']].flat() as string[];
    const [session, device] = [
      cookies.find((each) => each.startsWith('__Host-mcp_session=')),
      cookies.find((each) => each.startsWith('__Host-mcp_device=')),
    ];
    for (const cookie of [session, device]) {
      expect(cookie).toMatch(/; Path=\/; Expires=[^;]+ GMT; HttpOnly; Secure; SameSite=Lax$/);
      expect(cookie).not.toMatch(/Domain/i);
    }
    expect(cookies).toHaveLength(2);
    expect((await client.query(WHO)).viewer.user.handle).toBe('cookie-monster');
    // A cookie that any host of the domain could set is nobody's session here.
    const planted = secure.client();
    planted.cookies.set('mcp_session', sessionOf(secure, client)!);
    expect(await planted.query(WHO)).toEqual({ viewer: null });
  });

  it('SE6 is refused where there are two of the name: one of them is somebody else’s', async () => {
    const [person, other] = [await signUp(service), await signUp(service)];
    const [own, planted] = [sessionOf(service, person)!, sessionOf(service, other)!];
    const withCookies = async (...values: string[]) => {
      const client = service.client();
      client.headers.cookie = values.map((value) => `mcp_session=${value}`).join('; ');
      return client.send(WHO);
    };
    for (const values of [
      [own, planted],
      [planted, own],
      [own, ''],
      ['', own],
      [own, own, planted],
    ]) {
      expect((await withCookies(...values)).status).toBe(401);
    }
    expect((await withCookies(own, own)).data).toEqual({ viewer: { user: { handle: person.handle } } });
  });

  it('SE6 counts for pages of this service alone, and another site’s page signs nobody out', async () => {
    const person = await signUp(service);
    const from = (origin: string) =>
      Object.assign(thief(service, sessionOf(service, person)!), { headers: { origin } });
    for (const origin of [
      'https://evil.example',
      'http://localhost:4000.evil.example',
      'http://localhost:3000',
      'null',
      '',
    ]) {
      const client = from(origin);
      const { status, errors } = await client.send(WHO);
      expect([origin, status, errors?.[0]?.extensions.reason]).toEqual([origin, 401, 'FOREIGN_ORIGIN']);
      expect(sessionOf(service, client)).toBe(sessionOf(service, person));
    }
    expect((await from('http://localhost:4000').query(WHO)).viewer.user.handle).toBe(person.handle);
    // Without a cookie any page may ask.
    const anyone = Object.assign(service.client(), { headers: { origin: 'https://evil.example' } });
    expect(await anyone.query(WHO)).toEqual({ viewer: null });
  });

  it('SE6 lets no other site sign a browser in: answers to it carry a cookie that browsers drop', async () => {
    const person = await signUp(service);
    const client = Object.assign(service.client(), { headers: { origin: 'https://evil.example' } });
    const response = await client.request('POST', '/graphql', {
      query: SIGN_IN,
      variables: { handle: person.handle, password: person.password },
    });
    // Credentials are not allowed across origins, so that a browser keeps no cookie out of this answer.
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(response.headers['access-control-allow-credentials']).toBeUndefined();
  });
});
