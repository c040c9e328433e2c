import { GraphQLBoolean, GraphQLID, GraphQLInt, GraphQLString, isEnumType, type GraphQLLeafType } from 'graphql';
import { isPromise } from '../../shared/is-promise.js';
import { Unanswered, type Run } from './run.js';
import { quoted, type Written } from './written.js';

/** Writes what the value of a field shows as JSON. @throws Unanswered for what is an error */
export type Complete = (run: Run, value: unknown, to: Written) => void;

/** Writes what a value shows, a promise's later in its place: the order of fields is the document's. */
export function place(run: Run, value: unknown, complete: Complete, to: Written): void {
  if (!isPromise(value)) {
    complete(run, value, to);
    return;
  }
  const gap = to.gap();
  run.then(value, (settled) => complete(run, settled, gap));
}

/** Writes null for nothing, where that is allowed, and hands on what is something. */
export const present =
  (complete: Complete, isRequired: boolean): Complete =>
  (run, value, to) => {
    if (value === null || value === undefined) {
      if (isRequired) throw new Unanswered();
      to.text += 'null';
    } else if (value instanceof Error) {
      throw value;
    } else {
      complete(run, value, to);
    }
  };

export const list =
  (complete: Complete): Complete =>
  (run, value, to) => {
    if (!Array.isArray(value)) throw new Unanswered();
    to.text += '[';
    for (let i = 0; i < value.length; i++) {
      if (i > 0) to.text += ',';
      place(run, value[i], complete, to);
    }
    to.text += ']';
  };

export function leaf(type: GraphQLLeafType): Complete {
  const json = jsonOf(type);
  return (_run, value, to) => {
    to.text += json(value);
  };
}

/** The JSON of a leaf's values. Whatever is not plainly of the type is for the type to make out. */
function jsonOf(type: GraphQLLeafType): (value: unknown) => string {
  const serialized = (value: unknown): string => {
    const shown: unknown = type.serialize(value);
    if (typeof shown === 'string') return quoted(shown);
    const text = JSON.stringify(shown) as string | undefined;
    if (shown === null || text === undefined) throw new Unanswered();
    return text;
  };
  if (type === GraphQLString || type === GraphQLID) {
    return (value) => (typeof value === 'string' ? quoted(value) : serialized(value));
  }
  if (type === GraphQLInt) return (value) => (value === ((value as number) | 0) ? `${value}` : serialized(value));
  if (type === GraphQLBoolean) {
    return (value) => (value === true ? 'true' : value === false ? 'false' : serialized(value));
  }
  if (isEnumType(type)) {
    const names = new Map(type.getValues().map(({ name, value }) => [value as unknown, `"${name}"`]));
    return (value) => names.get(value) ?? serialized(value);
  }
  return serialized;
}

/** A field, ready to be written. */
export interface PlannedField {
  /** What stands before it: `{"name":` or `,"name":`. */
  before: string;
  /** Its value, or a promise of it. */
  read: (run: Run, row: unknown) => unknown;
  complete: Complete;
}

/** @param fields in the order of the document */
export const object = (fields: readonly PlannedField[]): Complete =>
  fields.length === 0
    ? (_run, _row, to) => void (to.text += '{}')
    : (run, row, to) => {
        for (const { before, read, complete } of fields) {
          to.text += before;
          place(run, read(run, row), complete, to);
        }
        to.text += '}';
      };
