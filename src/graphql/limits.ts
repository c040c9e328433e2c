import { OperationTypeNode, type DocumentNode } from 'graphql';
import { AppError } from '../shared/errors.js';
import { costOf, type CostInput } from './cost.js';
import { shapeOf, type Shape } from './shape.js';

/** How large a request may be. */
export const LIMITS = {
  /** Characters of a document. */
  documentLength: 64 * 1024,
  /** Lexical tokens of a document, counted while parsing. */
  tokens: 5_000,
  depth: 15,
  /** The standard introspection query of graphql 16 nests 15 deep. */
  introspectionDepth: 20,
  /** Fields with all fragments spread out. */
  fields: 1_000,
  aliases: 30,
  directives: 50,
  rootFields: 30,
  mutations: 10,
  /** Faults that validation finds before it stops. */
  validationErrors: 20,
  /** See {@link costOf}. */
  cost: 20_000,
  /** Milliseconds that an operation may take. */
  duration: 10_000,
} as const;

const tooExpensive = (what: string, is: number, limit: number) =>
  new AppError('TOO_EXPENSIVE', `The ${what} of this operation is ${is}; the limit is ${limit}.`);

const SHAPE_WORDS: readonly (readonly [keyof Shape, string])[] = [
  ['depth', 'depth'],
  ['introspectionDepth', 'introspection depth'],
  ['fields', 'field count'],
  ['aliases', 'alias count'],
  ['directives', 'directive count'],
];

/** Checks what can be told before parsing. @throws AppError TOO_EXPENSIVE */
export function checkLength(source: string): void {
  if (source.length > LIMITS.documentLength) {
    throw new AppError(
      'TOO_EXPENSIVE',
      `This document has ${source.length} characters; the limit is ${LIMITS.documentLength}.`,
    );
  }
}

/** Checks what can be told before validation. @throws AppError TOO_EXPENSIVE naming the limit */
export function checkShape(document: DocumentNode): void {
  const shape = shapeOf(document);
  for (const [key, words] of SHAPE_WORDS) {
    if (shape[key] > LIMITS[key]) throw tooExpensive(words, shape[key], LIMITS[key]);
  }
}

/** What {@link checkOperation} finds. */
export interface CheckedOperation {
  cost: number;
  /** The fields that it selects on its root type. */
  rootFields: readonly string[];
  /** Why the operation is not run; null where it is. */
  refusal: AppError | null;
}

/**
 * Checks an operation that is valid, with its variables.
 * @param once mutations of which one operation may have one: those that check a secret. In a document with many of
 *   them each would be one more guess that no limit on requests sees.
 */
export function checkOperation(input: CostInput, once: readonly string[]): CheckedOperation {
  const { cost, rootFields } = costOf(input);
  const isMutation = input.operation.operation === OperationTypeNode.MUTATION;
  const rootLimit = isMutation ? LIMITS.mutations : LIMITS.rootFields;
  const repeated = isMutation && once.find((name) => rootFields.filter((field) => field === name).length > 1);
  let refusal: AppError | null = null;
  if (rootFields.length > rootLimit) {
    refusal = tooExpensive('root field count', rootFields.length, rootLimit);
  } else if (repeated) {
    refusal = new AppError('TOO_EXPENSIVE', `"${repeated}" may be called once in an operation.`);
  } else if (cost > LIMITS.cost) {
    refusal = tooExpensive('cost', cost, LIMITS.cost);
  }
  return { cost, rootFields, refusal };
}
