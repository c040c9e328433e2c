import { badInput } from '../shared/errors.js';

/** What a global id stands for. */
export interface TypedKey {
  /** The name of the GraphQL type. */
  type: string;
  /** The key of the row among those of its type. */
  key: string;
}

/** Longer ones are not ours; checked before anything is decoded. */
const MAX_ID_LENGTH = 512;

/** The global id of a row: opaque for clients. */
export const encodeId = (type: string, key: string | number | bigint): string =>
  Buffer.from(`${type}:${key}`).toString('base64url');

/** What an id stands for. @throws AppError BAD_USER_INPUT naming an id that this service did not make */
export function decodeId(id: string): TypedKey {
  if (id.length <= MAX_ID_LENGTH) {
    const text = Buffer.from(id, 'base64url').toString();
    const match = /^([A-Z][A-Za-z0-9]*):(.+)$/su.exec(text);
    // One spelling an id: decoding forgives padding, foreign characters and broken UTF-8, comparing does not.
    if (match && encodeId(match[1]!, match[2]!) === id) return { type: match[1]!, key: match[2]! };
  }
  throw badInput(`"${id.slice(0, 100)}" is not an id of this service.`, { id: id.slice(0, 100) });
}

/** The key of an id that must be of the given type. @throws AppError BAD_USER_INPUT naming the id */
export function keyOf(type: string, id: string): string {
  const decoded = decodeId(id);
  if (decoded.type !== type) throw badInput(`"${id}" is the id of a ${decoded.type}, not of a ${type}.`, { id });
  return decoded.key;
}

/** A key as the whole number that it spells; null where it spells none that a 32-bit column holds. */
export function numericKey(key: string): number | null {
  if (!/^[1-9][0-9]{0,9}$/.test(key)) return null;
  const number = Number(key);
  return number <= 0x7fffffff ? number : null;
}
