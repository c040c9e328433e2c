import { performance } from 'node:perf_hooks';
import { execute, OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Context } from '../context.js';
import { passesPlainly } from '../directives/shield.js';
import { LIMITS } from '../limits.js';
import { answerError, noteOperation, type OperationOutcome } from '../plugins.js';
import { KnownOperations, type FoundOperation } from './known-operations.js';
import type { Variables } from './prepared-operation.js';
import { Run } from './run.js';
import { Written } from './written.js';

/** An operation as it was sent. */
export interface OperationRequest {
  query: string;
  operationName?: string | null;
  variables?: Variables | null;
  /** A link: it runs no mutation (CSRF). */
  queriesOnly?: boolean;
}

/** The text of an answer; null where the pipeline has to give it. */
export type AnswerText = string | null;

export interface OperationsInput {
  schema: GraphQLSchema;
  /** Mutations of which one operation may have one. */
  oncePerOperation: readonly string[];
  onOperation: (outcome: OperationOutcome) => void;
}

const NO_VARIABLES: Variables = {};

/**
 * Answers operations that were seen before, and those that are seen for the first time and are in order. Whatever else there is to
 * say to a caller (errors of a document, of variables, of a query's fields, refusals by a rule) is said in one place, the pipeline,
 * which is asked the same once more: queries change nothing. Mutations run once, by graphql-js, with its errors.
 */
export class Operations {
  private readonly known: KnownOperations;
  private answered = 0;

  constructor(private readonly input: OperationsInput) {
    this.known = new KnownOperations(input.schema, input.oncePerOperation);
  }

  /** How many operations were answered ahead of the pipeline, and how many documents were read for it. */
  get counts() {
    return { answered: this.answered, prepared: this.known.prepared };
  }

  /** @param context of this request; after null it is as if nothing had been asked yet */
  answer(request: OperationRequest, context: Context): AnswerText | Promise<AnswerText> {
    const found = this.known.find(request.query);
    if (!found) return null;
    const { operation, literals } = found;
    if (request.operationName && request.operationName !== operation.name) return null;
    const isQuery = operation.type === OperationTypeNode.QUERY;
    if (request.queriesOnly && !isQuery) return null;
    const given = request.variables ?? NO_VARIABLES;
    const variables = operation.coerce(given, literals);
    if (!variables) return null;
    const { cost, refusal } = operation.check(variables);
    if (refusal) return null;
    return isQuery
      ? this.query(found, request, variables, cost, context)
      : this.mutate(found, request, given, cost, context);
  }

  private query(
    { operation }: FoundOperation,
    { query, operationName }: OperationRequest,
    variables: Variables,
    cost: number,
    context: Context,
  ): AnswerText | Promise<AnswerText> {
    const plan = operation.plan(variables);
    if (!plan) return null;
    for (const decision of plan.decisions) if (!passesPlainly(decision, context)) return null;
    const startedAt = performance.now();
    const run = new Run(context, variables);
    const data = new Written();
    const finish = (): string => {
      this.answered += 1;
      noteOperation({ type: 'query', code: 'OK', query, operationName, startedAt, context }, this.input.onOperation);
      return `{"data":${data.toString()},${extensions(cost)}}`;
    };
    const giveUp = (): null => {
      context.forget();
      return null;
    };
    try {
      plan.start(run, data);
      const whole = run.whole();
      return whole === null ? finish() : whole.then(finish).catch(giveUp);
    } catch {
      return giveUp();
    }
  }

  private async mutate(
    { operation }: FoundOperation,
    { query, operationName }: OperationRequest,
    variableValues: Variables,
    cost: number,
    context: Context,
  ): Promise<AnswerText> {
    const startedAt = performance.now();
    this.answered += 1;
    const { data, errors } = await execute({
      schema: this.input.schema,
      document: operation.document,
      variableValues,
      contextValue: context,
    });
    const told = errors?.map((error) => answerError(error, context));
    const code = (told?.[0]?.extensions?.['code'] as string | undefined) ?? 'OK';
    noteOperation({ type: 'mutation', code, query, operationName, startedAt, context }, this.input.onOperation);
    const first = told ? `"errors":${JSON.stringify(told)},` : '';
    return `{${first}"data":${JSON.stringify(data ?? null)},${extensions(cost)}}`;
  }
}

const extensions = (requested: number) => `"extensions":{"cost":{"requested":${requested},"limit":${LIMITS.cost}}}`;
