import type { CopyValue } from '../../db/copy.js';
import { ENUMS, type FieldType, type Section } from './sections.js';

const MAX_INT = 2 ** 31 - 1;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const HASH = /^[0-9a-f]{64}$/;
/** What a text of the database can not hold: NUL, and halves of surrogate pairs. */
const UNTEXT = /[\0\p{Cs}]/u;

/** Bytes as COPY takes them. */
export const copyBytes = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`;

const isInt = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_INT;
const isText = (value: unknown): value is string => typeof value === 'string' && !UNTEXT.test(value);
const isListOf =
  <T>(is: (each: unknown) => each is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every((each) => is(each));
const isInts = isListOf(isInt);
const isTexts = isListOf(isText);

type Reader = (value: unknown) => CopyValue | undefined;
type PlainType = Exclude<FieldType, `${string}?`>;

const oneOf =
  (values: readonly string[]): Reader =>
  (value) =>
    typeof value === 'string' && values.includes(value) ? value : undefined;

/** How each type is read; undefined for a value that is not of it. */
const READERS: Record<PlainType, [reads: Reader, words: string]> = {
  int: [(value) => (isInt(value) ? value : undefined), `a whole number from 0 to ${MAX_INT}`],
  text: [(value) => (isText(value) ? value : undefined), 'a text'],
  boolean: [(value) => (typeof value === 'boolean' ? value : undefined), 'true or false'],
  time: [readTime, 'an instant like 2026-11-24T17:00:00.000Z'],
  hash: [(value) => (typeof value === 'string' && HASH.test(value) ? `\\x${value}` : undefined), '64 hex digits'],
  bytes: [readBytes, 'bytes in base64'],
  ints: [(value) => (isInts(value) ? value.map(String) : undefined), 'a list of whole numbers'],
  texts: [(value) => (isTexts(value) ? value : undefined), 'a list of texts'],
  kind: [oneOf(ENUMS.kind), ENUMS.kind.join(', ')],
  side: [oneOf(ENUMS.side), ENUMS.side.join(', ')],
  state: [oneOf(ENUMS.state), ENUMS.state.join(', ')],
  channel: [oneOf(ENUMS.channel), ENUMS.channel.join(', ')],
};

function readTime(value: unknown): string | undefined {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) || time.toISOString() !== value ? undefined : value;
}

function readBytes(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? copyBytes(bytes) : undefined;
}

/** What is wrong with a row, as a clause. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
}

/** Reads the rows of a section into values for COPY, by field. @throws RowFault */
export function rowReader({ name, fields }: Section): (row: Record<string, unknown>) => Record<string, CopyValue> {
  const readers = Object.entries(fields).map(([field, type]) => {
    const nullable = type.endsWith('?');
    const [read, words] = READERS[(nullable ? type.slice(0, -1) : type) as PlainType];
    return { field, read, nullable, words: nullable ? `${words}, or null` : words };
  });
  return (row) => {
    const values: Record<string, CopyValue> = {};
    for (const { field, read, nullable, words } of readers) {
      const given = Object.hasOwn(row, field) ? row[field] : undefined;
      const value = given === null && nullable ? null : read(given);
      if (value === undefined) throw new RowFault(`"${field}" of ${name} must be ${words}`);
      values[field] = value;
    }
    const strange = Object.keys(row).find((field) => !Object.hasOwn(fields, field));
    if (strange !== undefined) {
      throw new RowFault(`${name} has no field ${JSON.stringify(strange.slice(0, 40))}`);
    }
    return values;
  };
}
