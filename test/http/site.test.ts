import { gunzipSync } from 'node:zlib';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idleDatabase, openLibraryApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await openLibraryApp({
    versions: async () => [
      { name: '1.16.5', isCurrent: true },
      { name: '<1.12.2 & "co">', isCurrent: false, isSample: true },
    ],
  });
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) => app.http.inject({ method: 'GET', url, headers });

/** The addresses that a page loads or leads to. */
const references = (page: string) =>
  [...page.matchAll(/(?:src|href|action|url)\s*[=(]\s*["']?([^"'\s>)]+)/g)].map(([, to]) => to!);

describe('pages', () => {
  it('the start page says what this is and what is loaded, without a script and from no other host', async () => {
    const { statusCode, headers, body } = await get('/');
    expect(statusCode).toBe(200);
    expect(body).toContain('MCP is the Mod Coder Pack here, not the Model Context Protocol.');
    expect(body).toContain('1.16.5 (current)');
    expect(body).toContain('&#60;1.12.2 &#38; &#34;co&#34;&#62; (invented sample)');
    expect(body).toContain('name="viewport"');
    expect(body).toContain('prefers-color-scheme: dark');
    expect(body).not.toMatch(/<script|javascript:|onclick/i);
    for (const address of references(body)) expect(address).toMatch(/^(\/(?!\/)|data:,)/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    // The style that the page carries is the one that its policy allows.
    const style = /<style>([\s\S]*)<\/style>/.exec(body)![1]!;
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(policy).toContain(`'sha256-${Buffer.from(hash).toString('base64')}'`);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
  });

  it('the example that the start page links to is a query', async () => {
    const link = references((await get('/')).body).find((address) => address.startsWith('/graphiql?'))!;
    expect(new URL(link, 'http://x').searchParams.get('query')).toMatch(/search\(query: "grow"/);
    expect((await get(link)).statusCode).toBe(200);
  });

  it('the start page stands without a database', async () => {
    const broken = await openLibraryApp({ versions: () => Promise.reject(new Error('no database')) });
    const { statusCode, body } = await broken.http.inject('/');
    expect([statusCode, body.includes('The database does not answer just now.')]).toEqual([200, true]);
    const empty = await openLibraryApp();
    expect((await empty.http.inject('/')).body).toContain('None yet.');
    await Promise.all([broken.close(), empty.close()]);
  });

  it('GraphiQL comes from this host alone, with a policy that lets nothing else in', async () => {
    const { statusCode, headers, body } = await get('/graphiql');
    expect(statusCode).toBe(200);
    const loaded = references(body).filter((address) => address !== 'data:,');
    expect(loaded.sort()).toEqual([
      '/graphiql/graphiql.css',
      '/graphiql/graphiql.js',
      '/graphiql/react-dom.js',
      '/graphiql/react.js',
      '/graphiql/start.css',
      '/graphiql/start.js',
    ]);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(body).not.toMatch(/https?:\/\//);
    for (const address of loaded) {
      const asset = await get(address, { 'accept-encoding': 'gzip' });
      expect([address, asset.statusCode]).toEqual([address, 200]);
      expect(asset.headers['content-type']).toMatch(address.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
      const text = gunzipSync(asset.rawPayload).toString();
      expect(text.length).toBeGreaterThan(50);
      // Bundles that fetch or evaluate code would be stopped by the policy and not work.
      expect(text).not.toMatch(/new Function\(|importScripts|@import|url\(\s*["']?(https?:)?\/\//);
      const again = await get(address, { 'if-none-match': String(asset.headers['etag']) });
      expect(again.statusCode).toBe(304);
    }
    const plain = await get('/graphiql/start.js');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body).toContain("url: '/graphql'");
  });

  it('serves no file but those', async () => {
    for (const name of ['nope.js', '..%2f..%2fpackage.json', 'constructor', '__proto__', 'toString']) {
      expect([name, (await get(`/graphiql/${name}`)).statusCode]).toEqual([name, 404]);
    }
  });

  it('a browser that opens /graphql is sent to GraphiQL', async () => {
    const { statusCode, headers } = await get('/graphql', { accept: 'text/html,*/*' });
    expect([statusCode, headers['location']]).toEqual([302, '/graphiql']);
  });

  it('serves the schema with its rules', async () => {
    const { body } = await get('/schema.graphql');
    expect(body).toContain('email: String @requires(permission: USER_READ_PRIVATE, orSelf: true)');
    expect(buildSchema(body).getDirective('requires')).toBeDefined();
  });
});

describe('requests', () => {
  it('have an id: the one that comes with them where it is sane, or a new one', async () => {
    const idOf = async (id: string) => (await get('/healthz', { 'x-request-id': id })).headers['x-request-id'];
    expect(await idOf('proxy-id_42.7')).toBe('proxy-id_42.7');
    for (const id of [
      'short',
      'has space in it',
      `x${'y'.repeat(64)}`,
      'a\tb-cdefgh',
      'ümlaut-ümlaut',
      '${jndi:ldap://x}',
    ]) {
      expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('for what is not there, or by a wrong method, get a JSON answer', async () => {
    for (const [method, url] of [
      ['GET', '/nope?token=sekret'],
      ['DELETE', '/graphql'],
      ['PUT', '/'],
      ['GET', '/%00'],
    ] as const) {
      const answer = await app.http.inject({ method, url });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({
        errors: [{ extensions: { code: 'NOT_FOUND', requestId: answer.headers['x-request-id'] } }],
      });
    }
    expect((await get('/nope?token=sekret')).body).not.toContain('sekret');
    expect((await get('/%zz')).statusCode).toBe(400);
  });

  it('by HEAD get the headers alone', async () => {
    for (const url of ['/', '/graphiql', '/healthz', '/schema.graphql']) {
      const head = await app.http.inject({ method: 'HEAD', url });
      expect([url, head.statusCode, head.body]).toEqual([url, 200, '']);
    }
  });
});

describe('operation', () => {
  it('is alive without a database, and ready with one', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'alive' });
    const noMigrations = (await get('/readyz')).json();
    expect(noMigrations).toMatchObject({ status: 'not ready', reason: expect.stringMatching(/lacks \d+ migration/) });

    const down = await openLibraryApp({
      db: idleDatabase(() => Promise.reject(new Error('connect ECONNREFUSED db:5432'))),
    });
    const answer = await down.http.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'The database does not answer.' },
    ]);
    expect((await down.http.inject('/healthz')).statusCode).toBe(200);
    await down.close();
  });

  it('is not ready while it drains', async () => {
    const draining = await openLibraryApp();
    draining.startDraining();
    const answer = await draining.http.inject('/readyz');
    expect([answer.statusCode, answer.json().reason]).toEqual([503, 'The process is shutting down.']);
    expect((await draining.query('{ members { name } }')).status).toBe(200);
    await draining.close();
  });

  it('counts requests by route, operations by type and outcome, and SQL statements', async () => {
    await app.query('query SomeName { members { name } }');
    await app.query('mutation Other { burn { ok } }');
    await app.query('{ nope }');
    await get('/some/unknown/path');
    const { body, headers } = await get('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(body).toMatch(/http_request_duration_seconds_count\{method="POST",route="\/graphql",status="200"\} \d/);
    expect(body).toMatch(/graphql_operation_duration_seconds_count\{type="query",code="OK"\} \d/);
    expect(body).toMatch(/graphql_operation_duration_seconds_count\{type="mutation",code="UNAUTHENTICATED"\} \d/);
    expect(body).toMatch(/graphql_operation_duration_seconds_count\{type="unknown",code="BAD_USER_INPUT"\} \d/);
    expect(body).toContain('sql_statements_total 42');
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).not.toMatch(/SomeName|unknown\/path/);
  });
});
