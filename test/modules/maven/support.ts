import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { openSource, type ImportSource } from '../../../src/modules/imports/sources/index.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';
import type { ReleaseChannel } from '../../../src/modules/releases/release-names.js';
import { rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestService } from '../../support/service.js';

/** Where everything is, from the service's root. */
export const ROOT = '/maven/de/oceanlabs/mcp';

/** Asks for a path of the service. */
export const ask = (service: TestService, url: string, headers: Record<string, string> = {}) =>
  service.http.inject({ method: 'GET', url, headers });

/** The bytes at a path below the folder of MCP, which must be there. */
export async function fetched(service: TestService, path: string): Promise<Buffer> {
  const answer = await ask(service, `${ROOT}/${path}`);
  expect(answer.statusCode, `${path}: ${answer.body.slice(0, 200)}`).toBe(200);
  return answer.rawPayload;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Publishes a release, at noon in UTC of a day like 2020-10-28. @returns its name */
export async function release(
  { db }: Pick<TestService, 'db'>,
  version: string,
  channel: ReleaseChannel,
  day: string,
  number?: number,
): Promise<string> {
  const now = new Date(`${day}T12:00:00Z`);
  const { name } = await publishAsService(db, { version, channel, now, number, via: 'shell' });
  return name;
}

/** Opens a zip as an import does. */
export async function withZip<T>(bytes: Buffer, work: (source: ImportSource) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-zip-'));
  const path = join(folder, 'artifact.zip');
  await writeFile(path, bytes);
  const source = await openSource(path);
  try {
    return await work(source);
  } finally {
    await source.close();
    await rm(folder, { recursive: true });
  }
}

/** The files of a zip by name, as text. */
export const unzipped = (bytes: Buffer): Promise<Record<string, string>> =>
  withZip(bytes, async (source) => {
    const files: Record<string, string> = {};
    for (const path of source.files()) files[path] = (await source.read(path)).toString('utf8');
    return files;
  });
