import { Readable } from 'node:stream';
import { AppError, badInput } from '../../../shared/errors.js';
import type { SourceOptions } from './import-source.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface DownloadOptions extends Pick<SourceOptions, 'onProgress'> {
  maxBytes: number;
  /** For redirects and body together. */
  timeoutMs: number;
}

/** A URL for messages: no user, password or query, which may hold secrets. */
export const shownUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** Parses a URL that may be fetched. @throws AppError if it is not http(s) or carries credentials. */
export function webUrl(text: string, base?: string): URL {
  if (!URL.canParse(text, base)) throw badInput('The address is not a URL.');
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw badInput(`Only http and https are fetched, not ${url.protocol.slice(0, 20)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw badInput(`The address of ${url.host} holds a user name or password; such addresses are not taken.`);
  }
  return url;
}

/** The server answered with a status other than 200. */
export class HttpStatusError extends AppError {
  constructor(
    readonly status: number,
    url: URL,
  ) {
    super('BAD_USER_INPUT', `${shownUrl(url)}: the server answered with status ${status}.`, { status });
  }
}

/**
 * Fetches a URL into memory, within bounds of size, time and redirects. @throws HttpStatusError on a status other than 200,
 * AppError BAD_USER_INPUT on everything else that goes wrong.
 */
export async function download(address: URL, options: DownloadOptions): Promise<Buffer> {
  const { url, response } = await answerOf(address, options.timeoutMs);
  try {
    return await readBody(url, response, options);
  } catch (error) {
    throw downloadFault(url, error, options.timeoutMs);
  }
}

/** Fetches a URL of whatever size, some of it at a time. @throws as {@link download}, also while it is read */
export async function openDownload(address: URL, timeoutMs: number): Promise<Readable> {
  const { url, response } = await answerOf(address, timeoutMs);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new HttpStatusError(response.status, url);
  }
  return Readable.from(piecesOf(url, response, timeoutMs), { objectMode: false });
}

async function* piecesOf(url: URL, { body }: Response, timeoutMs: number): AsyncGenerator<Uint8Array> {
  try {
    yield* (body ?? []) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw downloadFault(url, error, timeoutMs);
  }
}

/** The answer behind all redirects. @param timeoutMs for the body too */
async function answerOf(address: URL, timeoutMs: number): Promise<{ url: URL; response: Response }> {
  const signal = AbortSignal.timeout(timeoutMs);
  let url = address;
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await fetch(url, { redirect: 'manual', signal, headers: { 'accept-encoding': 'identity' } });
      if (!REDIRECTS.includes(response.status)) return { url, response };
      await response.body?.cancel();
      const target = response.headers.get('location');
      if (target === null) throw badInput(`${shownUrl(url)}: the server redirects to nowhere.`);
      url = webUrl(target, url.href);
    }
  } catch (error) {
    throw downloadFault(url, error, timeoutMs);
  }
  throw badInput(`${shownUrl(address)}: more than ${MAX_REDIRECTS} redirects.`);
}

async function readBody(url: URL, response: Response, { maxBytes, onProgress }: DownloadOptions): Promise<Buffer> {
  const tooLarge = () => badInput(`${shownUrl(url)}: the download is larger than ${maxBytes} bytes.`);
  const length = /^\d{1,15}$/.exec(response.headers.get('content-length') ?? '')?.[0];
  // Length of a compressed transfer says nothing about the bytes counted here.
  const total = length === undefined || response.headers.has('content-encoding') ? null : Number(length);
  if (response.status !== 200 || (total ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw response.status === 200 ? tooLarge() : new HttpStatusError(response.status, url);
  }
  const chunks: Uint8Array[] = [];
  let done = 0;
  onProgress?.(0, total);
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    done += chunk.length;
    if (done > maxBytes) throw tooLarge();
    chunks.push(chunk);
    onProgress?.(done, total);
  }
  return Buffer.concat(chunks, done);
}

function downloadFault(url: URL, error: unknown, timeoutMs: number): AppError {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : '';
  const reason =
    name === 'TimeoutError' || name === 'AbortError' ? `no whole answer within ${timeoutMs} ms` : causeOf(error);
  return new AppError('BAD_USER_INPUT', `${shownUrl(url)} can't be fetched: ${reason}.`, {}, { cause: error });
}

/** "fetch failed" says nothing; its cause has the code of the system or the protocol. */
function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : 'unknown fault';
}
