import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fresh from 'fresh';
import parseRanges from 'range-parser';
import { encoded, encodingsOf, negotiated, takesIdentity, unpacked, type Encoding } from './encodings.js';
import { errorBody } from './errors.js';

/** What is said of a file before its bytes. */
export interface FileFacts {
  /** Of the file itself, in bytes. */
  size: number;
  /** Another one whenever the bytes are others: opaque, without quotes and encoding. */
  etag: string;
  lastModified: Date;
  contentType: string;
  /** What a browser that saves the file calls it. */
  download?: string;
  /** Whether it stays as it is for ever. */
  immutable?: boolean;
}

/** A file that is held in memory. */
export interface FileToSend extends FileFacts {
  bytes: Buffer;
  /** Of `bytes`. */
  encoding: 'identity' | 'gzip';
}

/** A file too large to be held, which travels as it is. */
export interface FileInPieces extends FileFacts {
  /** The bytes from `start` to before `end`. */
  read: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Answers GET and HEAD with a file, as far as the client lacks it and in an encoding that it takes. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileToSend): Promise<FastifyReply> {
  const offered = encodingsOf(file);
  const plan = planOf(request, file, offered);
  if (offered.length > 1) void reply.header('vary', 'Accept-Encoding');
  if ('status' in plan) return refuse(reply, file, plan);
  const { encoding, range } = plan;
  if (encoding !== 'identity') {
    const bytes = await encoded(file, encoding);
    return head(reply, file, plan)
      .header('content-encoding', encoding)
      .header('content-length', bytes.length)
      .send(request.method === 'HEAD' ? nothing(reply) : bytes);
  }
  if (file.encoding === 'identity') return sendBody(request, reply, file, plan, file.bytes);
  const wanted = range ?? { start: 0, end: file.size };
  return sendBody(request, reply, file, plan, () => slice(unpacked(file), wanted));
}

/** Answers GET and HEAD with a file that is read piece by piece, as fast as the client takes it. */
export async function sendInPieces(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileInPieces,
): Promise<FastifyReply> {
  const plan = planOf(request, file, ['identity']);
  if ('status' in plan) return refuse(reply, file, plan);
  const { start, end } = plan.range ?? { start: 0, end: file.size };
  return sendBody(request, reply, file, plan, () => file.read(start, end));
}

/** What is sent: the representation, and what of it. */
interface Plan {
  encoding: Encoding;
  /** Null for all of it. */
  range: ByteRange | null;
  tag: string;
}

interface Refusal {
  status: 304 | 406 | 412 | 416;
  tag: string;
}

const tagOf = ({ etag }: FileFacts, encoding: Encoding): string =>
  encoding === 'identity' ? `"${etag}"` : `"${etag}-${encoding}"`;

const httpDate = (date: Date): string => date.toUTCString();

/** A date tells whole seconds: one that is not over yet may see further changes, so that it would be believed too long. */
const toldDate = ({ lastModified, immutable = false }: FileFacts): string | undefined =>
  immutable || Math.floor(Date.now() / 1_000) > Math.floor(lastModified.getTime() / 1_000)
    ? httpDate(lastModified)
    : undefined;

function planOf(request: FastifyRequest, file: FileFacts, offered: readonly Encoding[]): Plan | Refusal {
  const { headers } = request;
  const accepted = headers['accept-encoding'];
  // Ranges are of the file itself: what is compressed is sent whole.
  const wanted = request.method === 'GET' && takesIdentity(accepted) ? rangeIn(headers.range, file.size) : 'WHOLE';
  const ranged = wanted !== 'WHOLE' && rangeStillHolds(headers['if-range'], file);
  const encoding = ranged ? 'identity' : negotiated(accepted, offered);
  if (encoding === null) return { status: 406, tag: tagOf(file, 'identity') };
  const tag = tagOf(file, encoding);
  if (preconditionFails(headers, tag, file)) return { status: 412, tag };
  if (fresh(headers, { etag: tag, 'last-modified': toldDate(file) })) return { status: 304, tag };
  if (!ranged) return { encoding, range: null, tag };
  return wanted === 'NOTHING' ? { status: 416, tag } : { encoding, range: wanted, tag };
}

/**
 * The one range that a Range header asks for. WHOLE for none, for several, and for what is no range of bytes, as nobody has to answer
 * these; NOTHING where the file has no such bytes.
 */
export function rangeIn(header: string | undefined, size: number): ByteRange | 'WHOLE' | 'NOTHING' {
  const [, first, last] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'WHOLE';
  if (first !== '' && last !== '' && Number(first) > Number(last)) return 'WHOLE';
  // The last thousand of fewer bytes are all of them.
  const suffix = first === '' ? Math.min(Number(last), size) : last;
  const ranges = parseRanges(size, `bytes=${first}-${suffix}`);
  if (typeof ranges === 'number') return ranges === -1 ? 'NOTHING' : 'WHOLE';
  const { start, end } = ranges[0]!;
  return { start, end: end + 1 };
}

/** Whether the file is the one that a client has the beginning of. */
function rangeStillHolds(ifRange: string | string[] | undefined, file: FileFacts): boolean {
  if (ifRange === undefined) return true;
  return ifRange === tagOf(file, 'identity') || ifRange === toldDate(file);
}

const listed = (header: string, tag: string): boolean => header.split(',').some((each) => each.trim() === tag);

function preconditionFails(headers: FastifyRequest['headers'], tag: string, { lastModified }: FileFacts): boolean {
  const match = headers['if-match'];
  if (match !== undefined) return match.trim() !== '*' && !listed(match, tag);
  const since = Date.parse(headers['if-unmodified-since'] ?? '');
  return Math.floor(lastModified.getTime() / 1_000) * 1_000 > since;
}

/** Browsers of other origins may read what everybody may, without the cookies of this one. */
export const allowAllOrigins = (reply: FastifyReply): FastifyReply =>
  reply
    .header('access-control-allow-origin', '*')
    .header(
      'access-control-expose-headers',
      'accept-ranges, content-disposition, content-encoding, content-length, content-range, etag, x-request-id',
    );

const cacheControl = ({ immutable = false }: FileFacts): string =>
  immutable ? 'public, max-age=31536000, immutable' : 'public, no-cache';

/** What 200, 206 and 304 have alike. */
function validators(reply: FastifyReply, file: FileFacts, tag: string): FastifyReply {
  const date = toldDate(file);
  if (date !== undefined) void reply.header('last-modified', date);
  return allowAllOrigins(reply).header('etag', tag).header('cache-control', cacheControl(file));
}

function head(reply: FastifyReply, file: FileFacts, { range, tag }: Plan): FastifyReply {
  validators(reply, file, tag).header('accept-ranges', 'bytes').type(file.contentType);
  if (file.download !== undefined) void reply.header('content-disposition', savedAs(file.download));
  if (range === null) return reply.code(200);
  return reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${file.size}`);
}

/** A header may have no other characters than these, and no quote that would end the name. */
function savedAs(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9 ._+-]/g, '_');
  const exact = encodeURIComponent(name.replace(/[\uD800-\uDFFF]/gu, '_')).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${exact}`}`;
}

function refuse(reply: FastifyReply, file: FileFacts, { status, tag }: Refusal): FastifyReply {
  if (status === 304) return validators(reply, file, tag).code(304).send(nothing(reply));
  allowAllOrigins(reply).code(status);
  const because = (message: string) => reply.send(errorBody('BAD_USER_INPUT', message, reply.request.id));
  if (status === 406) return because('The file is not kept in any encoding that Accept-Encoding allows.');
  if (status === 412) return because('The file is another one by now than If-Match or If-Unmodified-Since says.');
  void reply.header('content-range', `bytes */${file.size}`);
  return because(`The file has ${file.size} bytes, none of them in the range that Range asks for.`);
}

/** No bytes; a stream of none where the length of those of GET is told, which the framework would count for HEAD. */
const nothing = ({ request }: FastifyReply): Readable | undefined =>
  request.method === 'HEAD' ? Readable.from([]) : undefined;

async function sendBody(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileFacts,
  plan: Plan,
  body: Buffer | (() => AsyncIterable<Uint8Array>),
): Promise<FastifyReply> {
  const { start, end } = plan.range ?? { start: 0, end: file.size };
  const empty = request.method === 'HEAD' || start === end;
  // What can not even begin is answered as an error, so that nothing is said of the file before.
  const payload = empty ? nothing(reply) : Buffer.isBuffer(body) ? body.subarray(start, end) : await begun(body());
  return head(reply, file, plan)
    .header('content-length', end - start)
    .send(payload);
}

/** A stream that has its first piece. It ends with the answer: whoever goes away ends it too. */
async function begun(pieces: AsyncIterable<Uint8Array>): Promise<Readable> {
  const stream = Readable.from(pieces, { objectMode: false, highWaterMark: 64 * 1024 });
  await once(stream, 'readable');
  return stream;
}

/** What of a stream's bytes is in a range. */
async function* slice(source: AsyncIterable<Buffer>, { start, end }: ByteRange): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of source) {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, piece.length)];
    if (from < to) yield piece.subarray(from, to);
    at += piece.length;
    if (at >= end) return;
  }
}
