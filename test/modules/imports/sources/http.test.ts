import { describe, expect, test } from 'vitest';
import { openSource } from '../../../../src/modules/imports/sources/index.js';
import { localServer, refusal, zipOf } from './support.js';

const server = localServer();

describe('URLs', () => {
  test('a single text file, with progress', async () => {
    server.answer((_, response) => response.end('a A\n'));
    const progress: [number, number | null][] = [];
    const source = await openSource(server.url('/x/joined%20a.tsrg?token=secret#part'), {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(source.description).toBe(server.url('/x/joined%20a.tsrg'));
    expect(source.files()).toEqual(['joined a.tsrg']);
    expect((await source.read('joined a.tsrg')).toString()).toBe('a A\n');
    expect(progress).toEqual([
      [0, 4],
      [4, 4],
    ]);
  });

  test('a zip, told by content', async () => {
    const zip = await zipOf({ 'joined.tsrg': 'a A\n' });
    server.answer((_, response) => response.end(zip));
    const source = await openSource(server.url('/download'));
    expect(source.files()).toEqual(['joined.tsrg']);
    expect((await source.read('joined.tsrg')).toString()).toBe('a A\n');
    await source.close();
  });

  test('a page where a zip was asked for', async () => {
    server.answer((_, response) => response.end('<html>Sign in</html>'));
    expect(await refusal(openSource(server.url('/a.zip')))).toContain("can't be read as a zip archive");
  });

  test('names that no file should have become "download"', async () => {
    server.answer((_, response) => response.end('x'));
    for (const path of ['/', '/a%2Fb', '/%2e%2e%2fx', '/%ff', '/a%00']) {
      expect((await openSource(server.url(path))).files()).toEqual(['download']);
    }
  });

  test('redirects: five are followed, also to relative addresses', async () => {
    server.answer((request, response) => {
      const step = Number(request.url?.slice(1));
      if (step === 5) response.end('end');
      else response.writeHead([301, 302, 303, 307, 308][step] ?? 302, { location: `${step + 1}` }).end();
    });
    const source = await openSource(server.url('/0'));
    expect(source.files()).toEqual(['0']);
    expect((await source.read('0')).toString()).toBe('end');
  });

  test('redirect loops, redirects to nowhere, elsewhere and with credentials', async () => {
    server.answer((_, response) => response.writeHead(302, { location: '/loop' }).end());
    expect(await refusal(openSource(server.url('/loop')))).toBe(`${server.url('/loop')}: more than 5 redirects.`);
    server.answer((_, response) => response.writeHead(302).end());
    expect(await refusal(openSource(server.url('/a')))).toBe(`${server.url('/a')}: the server redirects to nowhere.`);
    server.answer((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    expect(await refusal(openSource(server.url('/a')))).toBe('Only http and https are fetched, not file:');
    server.answer((_, response) => response.writeHead(302, { location: 'http://user:secret@example.org/' }).end());
    expect(await refusal(openSource(server.url('/a')))).not.toContain('secret');
  });

  test.each([404, 500, 403, 204, 304])('status %d', async (status) => {
    server.answer((_, response) => response.writeHead(status).end());
    expect(await refusal(openSource(server.url('/a?key=secret')))).toBe(
      `${server.url('/a')}: the server answered with status ${status}.`,
    );
  });

  test('credentials are refused and never shown', async () => {
    const message = await refusal(openSource('https://user:secret@example.org/a.zip?key=secret'));
    expect(message).toBe('The address of example.org holds a user name or password; such addresses are not taken.');
    expect(await refusal(openSource('http://'))).toBe('The address is not a URL.');
    expect(await refusal(openSource('ftp://example.org/a'))).toBe('Only http and https are fetched, not ftp:');
  });

  test('size is bounded by what the server says and by what it sends', async () => {
    server.answer((_, response) => response.writeHead(200, { 'content-length': 1e12 }).write('x'));
    const url = server.url('/big.tsrg');
    expect(await refusal(openSource(url))).toBe(`${url}: the download is larger than 268435456 bytes.`);
    let sent = 0;
    server.answer((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const options = { maxTotalBytes: 1024 * 1024 };
    expect(await refusal(openSource(url, options))).toBe(`${url}: the download is larger than 1048576 bytes.`);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    server.answer((_, response) => response.end('12345'));
    expect(await refusal(openSource(url, { maxFileBytes: 4 }))).toBe(`${url} is larger than 4 bytes.`);
  });

  test('a compressed transfer counts as what comes out of it', async () => {
    const { gzipSync } = await import('node:zlib');
    server.answer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(8 * 1024 * 1024))),
    );
    const url = server.url('/bomb');
    expect(await refusal(openSource(url, { maxTotalBytes: 1_000_000 }))).toBe(
      `${url}: the download is larger than 1000000 bytes.`,
    );
  });

  test('a server that does not answer, and one whose body drips', async () => {
    const url = server.url('/slow');
    server.answer(() => {});
    expect(await refusal(openSource(url, { timeoutMs: 150 }))).toBe(
      `${url} can't be fetched: no whole answer within 150 ms.`,
    );
    server.answer((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await refusal(openSource(url, { timeoutMs: 150 }))).toBe(
      `${url} can't be fetched: no whole answer within 150 ms.`,
    );
  });

  test('a body that breaks off, and nobody listening', async () => {
    server.answer((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    expect(await refusal(openSource(server.url('/half')))).toMatch(/\/half can't be fetched: /);
    expect(await refusal(openSource('http://127.0.0.1:1/a'))).toMatch(/^http:\/\/127\.0\.0\.1:1\/a can't be fetched: /);
  });
});
