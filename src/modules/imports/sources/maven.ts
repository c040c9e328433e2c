import { createHash } from 'node:crypto';
import { AppError, badInput } from '../../../shared/errors.js';
import { HttpStatusError, download, shownUrl, webUrl } from './download.js';
import { sourceLimits, type ImportSource, type SourceOptions } from './import-source.js';
import { sourceFromBytes } from './source.js';

export interface MavenCoordinate {
  group: string;
  artifact: string;
  version: string;
  classifier: string | null;
  /** `zip` if left out. */
  extension: string;
}

const PART = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;

/** Takes `group:artifact:version[:classifier][@extension]` apart. @throws AppError BAD_USER_INPUT */
export function parseMavenCoordinate(text: string): MavenCoordinate {
  const [coordinate = '', extension = 'zip', ...rest] = text.split('@');
  const parts = coordinate.split(':');
  const [group, artifact, version, classifier = null] = parts;
  const all = [...parts, extension];
  if (
    rest.length > 0 ||
    parts.length > 4 ||
    group === undefined ||
    artifact === undefined ||
    version === undefined ||
    // No part may climb in the repository's folders.
    !all.every((part) => PART.test(part) && !part.includes('..'))
  ) {
    throw badInput(
      `${JSON.stringify(text.slice(0, 200))} is not a Maven coordinate (group:artifact:version[:classifier][@extension]).`,
    );
  }
  return { group, artifact, version, classifier, extension };
}

/** `a.b:c:1:x@zip` as `a/b/c/1/c-1-x.zip`. */
export function mavenPath({ group, artifact, version, classifier, extension }: MavenCoordinate): string {
  const file = [artifact, version, ...(classifier === null ? [] : [classifier])].join('-');
  return `${group.replaceAll('.', '/')}/${artifact}/${version}/${file}.${extension}`;
}

/** Where an artifact lies in a repository. @throws AppError if the base is not an http(s) URL. */
export function mavenUrl(baseUrl: string, coordinate: MavenCoordinate): URL {
  const base = webUrl(baseUrl);
  base.pathname = base.pathname.replace(/\/*$/, '/') + mavenPath(coordinate);
  return base;
}

/**
 * Downloads an artifact and checks it against the repository's `.sha256` or `.sha1` file, if there is one.
 * @throws AppError BAD_USER_INPUT: not there, mismatch, or whatever stops a download.
 */
export async function openMavenArtifact(
  baseUrl: string,
  coordinate: string | MavenCoordinate,
  options: SourceOptions = {},
): Promise<ImportSource> {
  const parsed = typeof coordinate === 'string' ? parseMavenCoordinate(coordinate) : coordinate;
  const limits = sourceLimits(options);
  const url = mavenUrl(baseUrl, parsed);
  const bytes = await artifactBytes(url, parsed, { ...options, ...limits });
  await verify(url, bytes, limits.timeoutMs);
  return sourceFromBytes(shownUrl(url), url.pathname.slice(url.pathname.lastIndexOf('/') + 1), bytes, limits);
}

async function artifactBytes(
  url: URL,
  { group, artifact, version }: MavenCoordinate,
  options: SourceOptions & { maxTotalBytes: number; timeoutMs: number },
): Promise<Buffer> {
  try {
    const { maxTotalBytes: maxBytes, timeoutMs, onProgress } = options;
    return await download(url, { maxBytes, timeoutMs, onProgress });
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw badInput(`The repository has no ${group}:${artifact}:${version}: nothing at ${shownUrl(url)}.`);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof HttpStatusError && (error.status === 404 || error.status === 410);

async function verify(url: URL, bytes: Buffer, timeoutMs: number): Promise<void> {
  for (const [algorithm, digits] of [['sha256', 64] as const, ['sha1', 40] as const]) {
    const sidecar = new URL(url);
    sidecar.pathname += `.${algorithm}`;
    let text: string;
    try {
      text = (await download(sidecar, { maxBytes: 4096, timeoutMs })).toString('latin1').trim();
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
    // Bare, or followed by the file's name as sha1sum writes it.
    const expected = /^([0-9a-f]+)(?:\s|$)/i.exec(text)?.[1]?.toLowerCase();
    if (expected?.length !== digits) throw badInput(`${shownUrl(sidecar)} holds no ${algorithm} checksum.`);
    const actual = createHash(algorithm).update(bytes).digest('hex');
    if (actual !== expected) {
      throw new AppError(
        'BAD_USER_INPUT',
        `${shownUrl(url)}: the download's ${algorithm} is ${actual}, the repository says ${expected}.`,
      );
    }
    return;
  }
}
