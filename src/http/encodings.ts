import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createGunzip, createGzip } from 'node:zlib';
import Negotiator from 'negotiator';
import pLimit from 'p-limit';

/** How a file travels. */
export type Encoding = 'identity' | 'gzip' | 'br';

/** A file as it is kept: as it is, or in gzip's encoding. */
export interface KeptFile {
  bytes: Buffer;
  encoding: 'identity' | 'gzip';
  contentType: string;
}

/** Bytes below which a text is as quick as it is. */
const WORTH_IT = 1_400;
const TEXT = /^text\/|[/+](?:json|xml|jsonl)\b/;

/** What a file may travel as: the first is what is cheapest, where a client says that all are alike. */
export function encodingsOf({ bytes, encoding, contentType }: KeptFile): readonly Encoding[] {
  const packs = encoding === 'gzip' || (TEXT.test(contentType) && bytes.length >= WORTH_IT);
  return packs ? ['gzip', 'br', 'identity'] : ['identity'];
}

/** What a client likes best; null where it takes none of them. */
export const negotiated = (accepted: string | undefined, offered: readonly Encoding[]): Encoding | null =>
  (new Negotiator({ headers: { 'accept-encoding': accepted } }).encoding(offered) as Encoding | undefined) ?? null;

/** Whether a client takes the file as it is. */
export const takesIdentity = (accepted: string | undefined): boolean => negotiated(accepted, ['identity']) !== null;

/** What was made of a file lives as long as the file is held. */
const made = new WeakMap<Buffer, Map<Encoding, Promise<Buffer>>>();
/** Compressing takes memory of its own, so that it is done one at a time. */
const oneAtATime = pLimit(1);

/** The file in an encoding: made once, and kept for as long as the file is. */
export function encoded(file: KeptFile, encoding: 'gzip' | 'br'): Promise<Buffer> {
  if (file.encoding === encoding) return Promise.resolve(file.bytes);
  let known = made.get(file.bytes);
  if (known === undefined) made.set(file.bytes, (known = new Map<Encoding, Promise<Buffer>>()));
  let making = known.get(encoding);
  if (making === undefined) {
    making = oneAtATime(() => encode(file, encoding));
    known.set(encoding, making);
    making.catch(() => known.delete(encoding));
  }
  return making;
}

async function encode(file: KeptFile, encoding: 'gzip' | 'br'): Promise<Buffer> {
  const packed = encoding === 'gzip' ? createGzip({ level: 6 }) : createBrotliCompress({ params: BROTLI });
  const [bytes] = await Promise.all([buffer(packed), pipeline(unpacked(file), packed)]);
  return bytes;
}

/** A window of 512 KiB: more would take memory, and win little on lists of names. */
const BROTLI = {
  [constants.BROTLI_PARAM_QUALITY]: 5,
  [constants.BROTLI_PARAM_LGWIN]: 19,
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
};

/** The file as it is, some at a time: a slow reader holds no more than its stream. */
export function unpacked({ bytes, encoding }: KeptFile): Readable {
  if (encoding === 'identity') return Readable.from([bytes], { objectMode: false });
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  gunzip.end(bytes);
  return gunzip;
}
