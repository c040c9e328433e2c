import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { as, codesOf, openLibraryApp, type TestApp } from '../support/app.js';
import { emptyLibrary } from '../support/library.js';

let app: TestApp;
beforeAll(async () => {
  app = await openLibraryApp({ timeLimit: 300 });
});
beforeEach(() => void Object.assign(app.library, emptyLibrary()));
afterAll(() => app.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('requests', () => {
  const get = (params: Record<string, string>, headers: Record<string, string> = {}) =>
    app.http.inject({ method: 'GET', url: '/graphql', query: params, headers });

  it('GQ11 runs no mutation by GET, whatever headers come with it', async () => {
    for (const headers of [{}, { 'apollo-require-preflight': '1' }, { 'content-type': 'application/json' }]) {
      const answer = await get({ query: 'mutation { ring { ok } }' }, headers as Record<string, string>);
      expect(answer.statusCode).toBe(405);
      expect(answer.headers['allow']).toBe('POST');
    }
    expect(app.library.effects).toEqual([]);
  });

  it('GQ12 refuses bodies that another site could send without asking', async () => {
    const payload = JSON.stringify({ query: 'mutation { ring { ok } }' });
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; x=application/json',
      '',
    ]) {
      const answer = await app.http.inject({
        method: 'POST',
        url: '/graphql',
        headers: type === '' ? { 'content-type': undefined as unknown as string } : { 'content-type': type },
        payload,
      });
      expect([type, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([type, true]);
      expect(answer.json().errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(app.library.effects).toEqual([]);
  });

  it('reads by GET: a plain link for the anonymous, a header for whoever has a cookie', async () => {
    const link = await get({ query: '{ members { name } }' });
    expect(link.json().data).toEqual({ members: [{ name: 'ann' }, { name: 'bob' }] });
    const withCookie = await get({ query: '{ members { name } }' }, { cookie: 'session=x' });
    expect(withCookie.statusCode).toBe(400);
    const asked = await get(
      { query: '{ members { name } }' },
      { cookie: 'session=x', 'content-type': 'application/json' },
    );
    expect(asked.statusCode).toBe(200);
    expect(asked.headers['cache-control']).toBe('public, no-cache');
  });

  it('lets anonymous answers be kept and asked for again, and no others', async () => {
    const params = { query: '{ members { name } }' };
    const first = await get(params);
    expect(first.headers['vary']).toContain('Authorization');
    const again = await get(params, { 'if-none-match': String(first.headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    const signedIn = await get(params, { ...as('1', RoleName.USER), 'content-type': 'application/json' });
    expect([signedIn.headers['cache-control'], signedIn.headers['etag']]).toEqual(['no-store', undefined]);
    const posted = await app.query(params.query);
    expect(posted.headers['cache-control']).toBe('no-store');
  });

  it('serves no subscription, which graphql-js would run as if it were a query', async () => {
    const answer = await app.query('subscription { news { ok } }', { headers: as('1', RoleName.ADMIN) });
    expect([answer.status, ...codesOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(app.library.opened).toBe(0);
  });

  it('answers HEAD without a body', async () => {
    const head = await app.http.inject({ method: 'HEAD', url: '/graphql?query={members{name}}' });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });

  it('GQ13 persisted queries: unknown, stored, and never under a wrong hash', async () => {
    const query = '{ members { name } }';
    const ask = (hash: string, text?: string) =>
      app.post({ query: text, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
    expect(codesOf(await ask(sha256(query)))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    const wrong = await ask(sha256('{ other }'), query);
    expect([wrong.status, ...codesOf(wrong)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(codesOf(await ask(sha256('{ other }')))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect((await ask(sha256(query), query)).errors).toBeUndefined();
    expect((await ask(sha256(query))).data).toEqual({ members: [{ name: 'ann' }, { name: 'bob' }] });
    const future = await app.post({ query, extensions: { persistedQuery: { version: 2, sha256Hash: 'x' } } });
    expect([future.status, ...codesOf(future)]).toEqual([400, 'BAD_USER_INPUT']);
    const long = `{ ${'__typename '.repeat(2_000)} }`;
    expect(codesOf(await ask(sha256(long), long))).toEqual(['TOO_EXPENSIVE']);
    expect(codesOf(await ask(sha256(long)))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  it('GQ16 refuses variables that do not fit, in words and not in their full length', async () => {
    const query = 'query ($ms: Int!, $titles: [String!]) { slow(ms: $ms) books(titles: $titles) { totalCount } }';
    for (const variables of [
      { ms: 2 ** 53 },
      { ms: '1' },
      { ms: [1] },
      { ms: null },
      {},
      { ms: 1, titles: [null] },
      { ms: 1, titles: { length: 1 } },
      { ms: 1, titles: [{ toString: 'x' }] },
    ]) {
      const answer = await app.query(query, { variables });
      expect([variables, answer.status, codesOf(answer)[0]]).toEqual([variables, 400, 'BAD_USER_INPUT']);
    }
    const long = await app.query(query, { variables: { ms: 'x'.repeat(100_000) } });
    expect(long.text.length).toBeLessThan(2_000);
    for (const body of [
      '{"query":"{ __typename }","variables":{"__proto__":{"polluted":1}}}',
      '{"query":"{ __typename }","variables":{"constructor":{"prototype":{"polluted":1}}}}',
    ]) {
      expect((await app.post(body)).status).toBe(400);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await app.post('{"query":"{ __typename }","variables":"{}"}')).status).toBe(400);
    expect(codesOf(await app.post('{"query":'))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await app.post('{}'))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await app.post({ query: 'query A { __typename } query B { __typename }' }))).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(codesOf(await app.post({ query: '{ __typename }', operationName: 'Nope' }))).toEqual(['BAD_USER_INPUT']);
  });

  it('a bad credential is refused, and never served as anonymous', async () => {
    for (const authorization of ['Bearer nonsense', 'Test', 'Basic eDp5']) {
      const answer = await app.query('{ members { name } }', { headers: { authorization } });
      expect([answer.status, ...codesOf(answer), answer.data]).toEqual([401, 'UNAUTHENTICATED', undefined]);
      expect(answer.errors?.[0]?.extensions['requestId']).toBe(answer.headers['x-request-id']);
    }
  });

  it('tells anonymous and signed-in callers what they lack', async () => {
    const anonymous = await app.query('mutation { burn { ok } }');
    expect([anonymous.status, anonymous.data, ...codesOf(anonymous)]).toEqual([200, { burn: null }, 'UNAUTHENTICATED']);
    const user = await app.query('mutation { burn { ok } }', { headers: as('1', RoleName.USER) });
    expect(user.errors?.[0]).toMatchObject({
      message: 'This requires the permission MAPPING_LOCK.',
      path: ['burn'],
      extensions: { code: 'FORBIDDEN', permission: 'MAPPING_LOCK', requestId: user.headers['x-request-id'] },
    });
    expect(app.library.effects).toEqual([]);
    const maintainer = await app.query('mutation { burn { ok } }', { headers: as('1', RoleName.MAINTAINER) });
    expect(maintainer.data).toEqual({ burn: { ok: true } });
  });
});

describe('errors', () => {
  it('GQ14 GQ15 RB10 masks what is not written for the caller, and logs it under the request id', async () => {
    for (const how of ['P2002', '23505', 'string', '08006']) {
      const answer = await app.query('query ($how: String!) { fail(how: $how) }', { variables: { how } });
      expect(answer.errors).toEqual([
        {
          message: 'Something went wrong on our side. The request id finds it in our log.',
          locations: expect.anything(),
          path: ['fail'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: answer.headers['x-request-id'] },
        },
      ]);
      expect(answer.text).not.toMatch(/users_email_key|stack|duplicate|bare string/);
      expect(app.log()).toContain(String(answer.headers['x-request-id']));
    }
    expect(app.log()).toContain('users_email_key');
  });

  it('GQ15 tells a statement that was stopped, and text that the database can not hold', async () => {
    const fail = async (how: string) =>
      codesOf(await app.query('query ($how: String!) { fail(how: $how) }', { variables: { how } }));
    expect(await fail('57014')).toEqual(['TOO_EXPENSIVE']);
    expect(await fail('22021')).toEqual(['BAD_USER_INPUT']);
    expect(await fail('22P05')).toEqual(['BAD_USER_INPUT']);
  });

  it('passes on a refusal with its details', async () => {
    const answer = await app.query('{ fail(how: "input") }');
    expect(answer.errors?.[0]).toMatchObject({
      message: '"how" must be something else.',
      extensions: { code: 'BAD_USER_INPUT', how: 'input' },
    });
  });

  it('gives the request id with every error, before the pipeline too', async () => {
    for (const answer of [
      await app.query('{'),
      await app.query('{ nope }'),
      await app.post('[]'),
      await app.post({ query: 1 }),
    ]) {
      for (const error of answer.errors ?? []) {
        expect(error.extensions['requestId']).toBe(answer.headers['x-request-id']);
        expect(Object.keys(error.extensions).sort()).toEqual(['code', 'requestId']);
      }
      expect(answer.errors?.length).toBeGreaterThan(0);
    }
  });

  it('writes no variables and no credential into the log', async () => {
    const query =
      'query ($titles: [String!]) { books(titles: $titles) { totalCount } fail(how: "08006") slow(ms: 1500) }';
    const variables = { titles: ['sekret-variable'] };
    expect(codesOf(await app.query(query, { variables }))).toEqual(['TOO_EXPENSIVE']);
    await app.query('query ($ms: Int!) { slow(ms: $ms) }', { variables: { ms: 'sekret-variable' } });
    await app.query(query, { variables, headers: { authorization: 'Bearer sekret-token', cookie: 's=sekret-cookie' } });
    await app.http.inject({ method: 'GET', url: '/graphql?query={__typename}&token=sekret-query' });
    await vi.waitFor(() => expect(app.log()).toContain('slow operation'), 3_000);
    expect(app.log()).not.toContain('sekret');
  });
});
