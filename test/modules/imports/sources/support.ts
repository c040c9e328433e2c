import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import yazl from 'yazl';
import { AppError } from '../../../../src/shared/errors.js';

/** A new folder for each call, removed after the test. */
export function temporaryFolders(): (files?: Record<string, string | Buffer>) => Promise<string> {
  const made: string[] = [];
  afterEach(async () => {
    for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async (files = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'sources-'));
    made.push(folder);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return folder;
  };
}

/** A zip of the given files. */
export async function zipOf(files: Record<string, string | Buffer>, compress = true): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [path, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), path, { compress });
  zip.end();
  return buffer(zip.outputStream);
}

/** A web server on this machine whose answers a test sets. */
export function localServer(): { answer: (listener: RequestListener) => void; url: (path: string) => string } {
  let listener: RequestListener = (_, response) => response.writeHead(404).end();
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => listener(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    answer: (next) => (listener = next),
    url: (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
  };
}

/** The message with which a promise is refused, which must be an AppError for the caller. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => expect.fail('Nothing was refused.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe('BAD_USER_INPUT');
  return (error as AppError).message;
}
