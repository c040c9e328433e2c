import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHttpServer } from '../../src/http/server.js';
import { sendFile, sendInPieces, type FileInPieces, type FileToSend } from '../../src/http/send-file.js';

let app: FastifyInstance;
beforeEach(() => {
  app = createHttpServer(pino({ level: 'silent' }));
});
afterEach(() => app.close());

const MEBIBYTE = Buffer.alloc(2 ** 20, 'names ');

const file = (over: Partial<FileToSend> = {}): FileToSend => ({
  bytes: Buffer.from('some names'),
  encoding: 'identity',
  size: 10,
  etag: 'abc',
  lastModified: new Date('2026-01-02T03:04:05Z'),
  contentType: 'text/plain; charset=utf-8',
  ...over,
});

/** Serves one file at `/file`. */
const serve = (over?: Partial<FileToSend>) =>
  app.get('/file', (request, reply) => sendFile(request, reply, file(over)));
const fetchFile = (headers: Record<string, string> = {}) => app.inject({ url: '/file', headers });

describe('what is said of a file', () => {
  test('one that never changes may be kept for ever', async () => {
    serve({ immutable: true, lastModified: new Date(Date.now() + 60_000) });
    const { headers } = await fetchFile();
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['last-modified']).toBeDefined();
  });

  test('one that changed within this second has no date yet: it could change once more under the same', async () => {
    const lastModified = new Date(Date.now() + 60_000);
    serve({ lastModified });
    const { headers } = await fetchFile();
    expect(headers['last-modified']).toBeUndefined();
    expect((await fetchFile({ 'if-modified-since': lastModified.toUTCString() })).statusCode).toBe(200);
  });

  test.each([
    ['names.zip', 'attachment; filename="names.zip"'],
    ['1.12.2+draft-a_b.csv', 'attachment; filename="1.12.2+draft-a_b.csv"'],
    ['a"b;c.txt', `attachment; filename="a_b_c.txt"; filename*=UTF-8''a%22b%3Bc.txt`],
    [
      'a\r\nset-cookie: x=1',
      `attachment; filename="a__set-cookie_ x_1"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20x%3D1`,
    ],
    ['ä.txt', `attachment; filename="_.txt"; filename*=UTF-8''%C3%A4.txt`],
    ["\ud800'(*).txt", `attachment; filename="_____.txt"; filename*=UTF-8''_%27%28%2a%29.txt`],
  ])('%j can not leave its header', async (download, header) => {
    serve({ download });
    const answer = await fetchFile();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-disposition']).toBe(header);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('a text that is kept as it is travels compressed where that wins something', async () => {
    serve({ bytes: MEBIBYTE, size: MEBIBYTE.length, contentType: 'application/xml' });
    const answer = await fetchFile({ 'accept-encoding': 'gzip' });
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: '"abc-gzip"' });
    expect(gunzipSync(answer.rawPayload).equals(MEBIBYTE)).toBe(true);
  });

  test('nothing else does', async () => {
    serve();
    const { headers } = await fetchFile({ 'accept-encoding': 'gzip' });
    expect([headers['content-encoding'], headers.vary, headers.etag]).toEqual([undefined, undefined, '"abc"']);
  });

  test('an empty one is empty', async () => {
    serve({ bytes: Buffer.alloc(0), size: 0 });
    const answer = await fetchFile();
    expect([answer.statusCode, answer.headers['content-length'], answer.payload]).toEqual([200, '0', '']);
    expect((await fetchFile({ range: 'bytes=0-' })).statusCode).toBe(416);
  });

  test('one that can not be compressed or unpacked is a fault, of which nothing is said', async () => {
    serve({ bytes: Buffer.from('this is not gzip'), encoding: 'gzip', size: 999, immutable: true, download: 'x' });
    for (const accepted of ['identity', 'br']) {
      const answer = await fetchFile({ 'accept-encoding': accepted });
      expect(answer.statusCode).toBe(500);
      expect(answer.json().errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
      for (const name of ['etag', 'cache-control', 'content-disposition', 'last-modified', 'accept-ranges']) {
        expect(answer.headers[name]).toBeUndefined();
      }
    }
  });
});

describe('a reader over the network', () => {
  async function read(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  }

  const bytesOf = async (answer: IncomingMessage) => {
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  };

  test('gets what lies compressed, unpacked as it reads', async () => {
    serve({ bytes: gzipSync(MEBIBYTE), encoding: 'gzip', size: MEBIBYTE.length });
    expect((await bytesOf(await read('/file'))).equals(MEBIBYTE)).toBe(true);
    const part = await read('/file', { range: 'bytes=700000-700099' });
    expect(part.headers['content-length']).toBe('100');
    expect((await bytesOf(part)).equals(MEBIBYTE.subarray(700_000, 700_100))).toBe(true);
  });

  /** Serves 64 MiB in pieces, and says how far it got. */
  function serveInPieces(over: Partial<FileInPieces> = {}) {
    const state = { given: 0, ended: false, asked: [] as number[][] };
    const read = async function* (start: number, end: number) {
      state.asked.push([start, end]);
      try {
        for (let at = start; at < end; at += MEBIBYTE.length) {
          state.given += 1;
          yield MEBIBYTE.subarray(0, end - at);
          await sleep(1);
        }
      } finally {
        state.ended = true;
      }
    };
    const facts = { ...file({ contentType: 'application/gzip' }), size: 64 * MEBIBYTE.length, read, ...over };
    app.get('/pieces', (request, reply) => sendInPieces(request, reply, facts));
    return state;
  }

  test('gets pieces, and ranges of them, without what it does not ask for', async () => {
    const state = serveInPieces();
    const answer = await read('/pieces', { range: 'bytes=5-14', 'accept-encoding': 'gzip' });
    expect([answer.statusCode, answer.headers['content-range']]).toEqual([206, 'bytes 5-14/67108864']);
    expect(await bytesOf(answer)).toHaveLength(10);
    expect(state.asked).toEqual([[5, 15]]);
    const head = await app.inject({ method: 'HEAD', url: '/pieces' });
    expect([head.statusCode, head.headers['content-length']]).toEqual([200, '67108864']);
    expect((await app.inject({ url: '/pieces', headers: { 'if-none-match': '"abc"' } })).statusCode).toBe(304);
    expect(state.asked).toHaveLength(1);
  });

  test('that is slow is waited for, and one that goes away ends the reading', async () => {
    const state = serveInPieces();
    const answer = await read('/pieces');
    await once(answer, 'readable');
    await sleep(200);
    const { given } = state;
    expect(given).toBeLessThan(20);
    await sleep(100);
    expect(state.given).toBe(given);
    expect(state.ended).toBe(false);
    answer.destroy();
    await vi.waitFor(() => expect(state.ended).toBe(true));
    expect(state.given).toBeLessThan(20);
  });

  test('learns that a file broke off', async () => {
    serveInPieces({
      read: async function* () {
        yield MEBIBYTE;
        throw new Error('the disk is gone');
      },
    });
    const answer = await read('/pieces');
    await expect(bytesOf(answer)).rejects.toThrow(/aborted/);
  });

  test('learns that a file can not be read', async () => {
    serveInPieces({
      // eslint-disable-next-line require-yield
      read: async function* () {
        throw new Error('the disk is gone');
      },
    });
    const answer = await read('/pieces');
    expect([answer.statusCode, answer.headers.etag]).toEqual([500, undefined]);
    expect((await bytesOf(answer)).toString()).not.toContain('disk');
  });
});
