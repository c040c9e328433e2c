import { once } from 'node:events';
import { request as send, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoleName } from '../../src/auth/permissions.js';
import { as, openLibraryApp, type TestApp } from '../support/app.js';
import { emptyLibrary } from '../support/library.js';

let app: TestApp;
let port: number;
beforeAll(async () => {
  app = await openLibraryApp({ timeLimit: 300, trustedProxies: ['127.0.0.1'] });
  await app.http.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = app.http.server.address() as AddressInfo);
});
beforeEach(() => void Object.assign(app.library, emptyLibrary()));
afterAll(() => app.close());

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Milliseconds: a machine may be busy. */
const PATIENCE = 10_000;

const JSON_TYPE = { 'content-type': 'application/json' };

/** @param chunked a body whose length is not told is left to Fastify */
async function post(body: string, headers: Record<string, string>, chunked: boolean): Promise<Answer> {
  const request = send({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', agent: false, headers });
  if (chunked) request.flushHeaders();
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode, headers: response.headers, body: text };
}

/** Without what is different each time. */
function told({ status, headers, body }: Answer) {
  const { date: _date, 'x-request-id': id, ...rest } = headers;
  return { status, headers: rest, body: body.replaceAll(String(id), '<id>') };
}

/** Lines and counts, without how long it took. */
const linesOf = (log: string) =>
  log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ time: _time, requestId, ms: _ms, err: _err, ...line }) => ({ ...line, requestId: typeof requestId }));

const query = (text: string, rest: object = {}) => JSON.stringify({ query: text, ...rest });

describe('the way ahead of Fastify and the way through it tell the same', () => {
  const CASES: [what: string, body: string, headers?: Record<string, string>][] = [
    ['a query', query('{ members { name } }')],
    ['a query with variables', query('query ($ms: Int!) { slow(ms: $ms) }', { variables: { ms: 1 } })],
    ['a query that is out of time', query('{ slow(ms: 500) }')],
    ['text beyond ASCII', query('{ books(titles: ["Emma", "ünï €", "🙂"]) { totalCount } }')],
    ['a field that is not there', query('{ nope }')],
    ['no document', '{}'],
    ['a list', '[]'],
    ['no JSON', '{"query":'],
    ['no object', '7'],
    ['a poisoned object', '{"query":"{ __typename }","variables":{"__proto__":{"polluted":1}}}'],
    ['another poisoned object', '{"query":"{ __typename }","variables":{"constructor":{"prototype":{"p":1}}}}'],
    ['a byte order mark', `\ufeff${query('{ __typename }')}`],
    ['a mutation that is refused', query('mutation { burn { ok } }')],
    ['a mutation', query('mutation { burn { ok } }'), as('1', RoleName.MAINTAINER)],
    ['a public mutation', query('mutation { ring { ok } }')],
    ['a resolver that fails', query('{ fail(how: "23505") }')],
    ['an answer by name', query('{ __typename }'), { accept: 'application/graphql-response+json' }],
    ['an answer that there is not', query('{ __typename }'), { accept: 'image/png' }],
    ['a credential that is not good', query('{ __typename }'), { authorization: 'Test' }],
    ['a credential of an unknown kind', query('{ __typename }'), { authorization: 'Basic eDp5' }],
    ['a session that there is not', query('{ __typename }'), { cookie: 'mcp_session=x' }],
    ['a page of another origin', query('{ __typename }'), { origin: 'https://names.example' }],
    ['a subscription', query('subscription { news { ok } }')],
  ];

  it.each(CASES)('%s', async (_what, body, headers = {}) => {
    const before = app.log().length;
    const ahead = await post(body, { ...JSON_TYPE, ...headers, 'content-length': `${Buffer.byteLength(body)}` }, false);
    await vi.waitFor(() => expect(app.log().slice(before)).toContain('"msg":"request"'), PATIENCE);
    const between = app.log().length;
    Object.assign(app.library, emptyLibrary());
    const through = await post(body, { ...JSON_TYPE, ...headers }, true);
    await vi.waitFor(() => expect(app.log().slice(between)).toContain('"msg":"request"'), PATIENCE);
    expect(told(ahead)).toEqual(told(through));
    expect(linesOf(app.log().slice(before, between))).toEqual(linesOf(app.log().slice(between)));
  });

  it('a body that is too large, and types of content that another site could send, are for Fastify to refuse', async () => {
    const large = query(`{ ${'__typename '.repeat(200_000)} }`);
    expect((await post(large, { ...JSON_TYPE, 'content-length': `${large.length}` }, false)).status).toBe(413);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const { status } = await post(query('mutation { ring { ok } }'), { 'content-type': type }, false);
      expect([type, Math.floor(status! / 100)]).toEqual([type, 4]);
    }
    expect(app.library.effects).toEqual([]);
  });

  it('both count in the same metrics', async () => {
    const counted = async () => {
      const { body } = await app.http.inject({ url: '/metrics' });
      const line = /http_request_duration_seconds_count\{method="POST",route="\/graphql",status="200"\} (\d+)/;
      return Number(line.exec(body)?.[1] ?? 0);
    };
    const before = await counted();
    const body = query('{ __typename }');
    await post(body, { ...JSON_TYPE, 'content-length': `${body.length}` }, false);
    expect(await counted()).toBe(before + 1);
    await post(body, JSON_TYPE, true);
    expect(await counted()).toBe(before + 2);
  });
});

describe('a connection', () => {
  const raw = (body: string, more = '') =>
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;

  /** Sends parts, and waits for the answer that has a text in it. @returns everything that came */
  async function talk(end: string, ...parts: string[]): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    for (const part of parts) {
      socket.write(part);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await vi.waitFor(() => {
      expect(said).toContain(end);
      expect(said).toMatch(/\}$/);
    }, PATIENCE);
    socket.destroy();
    return said;
  }

  it('answers what was sent in one go in its order, the slow one first', async () => {
    const said = await talk('"ann"', raw(query('{ slow(ms: 100) }')) + raw(query('{ members { name } }')));
    expect(said).toMatch(/"slow":"done"[^]*HTTP\/1\.1 200[^]*"ann"/);
  });

  it('takes a body in pieces, and one that asks whether to go on', async () => {
    const whole = raw(query('{ members { name } }'));
    await talk('"ann"', whole.slice(0, 90), whole.slice(90, -10), whole.slice(-10));
    await talk('"ann"', raw(query('{ members { name } }'), 'expect: 100-continue\r\n'));
  });

  it('that ends within a body is nobody’s fault', async () => {
    const before = app.log().length;
    const socket = connect(port, '127.0.0.1');
    socket.write(raw(query('mutation { ring { ok } }')).slice(0, -5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(app.library.effects).toEqual([]);
    expect(app.log().slice(before)).not.toMatch(/"level":"(info|warn|error)"/);
    await talk('"Query"', raw(query('{ __typename }')));
  });
});
