import { createHash } from 'node:crypto';
import {
  createSourceEventStream,
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type FormattedExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { AppError, badInput } from '../shared/errors.js';
import { inTime } from '../shared/in-time.js';
import type { Context } from './context.js';
import { ruleOf } from './directives/authorise.js';
import { refusal } from './directives/decide.js';
import { checkLength, checkOperation, checkShape, LIMITS } from './limits.js';
import { Lru } from '../shared/lru.js';
import { answerError } from './plugins.js';

/** A request as it came in: nothing of it is checked. */
export interface SubscriptionRequest {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
}

/** A subscription that is valid and within the limits. */
export interface ReadSubscription {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  /** The one field that it selects. */
  field: string;
}

/** Why an operation is not run: one or several errors of graphql-js, or one refusal. */
export class OperationErrors extends Error {
  override readonly name = 'OperationErrors';

  constructor(readonly errors: readonly (GraphQLError | AppError)[]) {
    super('This operation is not run.');
  }
}

/** Each error that keeps an operation from running, or that ended it. */
export const errorsOf = (thrown: unknown): readonly unknown[] =>
  thrown instanceof OperationErrors ? thrown.errors : [thrown];

/** Characters of source text behind the documents that are kept parsed and validated. */
const STORED_SOURCE = 1024 * 1024;

/** Runs the subscriptions of a guarded schema, within the limits of every other operation. It knows no transport. */
export class Subscriptions {
  private readonly valid = new Lru<DocumentNode>(STORED_SOURCE, ({ loc }) => loc?.source.body.length ?? 1_000);

  constructor(
    private readonly schema: GraphQLSchema,
    /** Milliseconds that opening one, and resolving an event, may take. */
    private readonly timeLimit: number = LIMITS.duration,
  ) {}

  /** Reads a request. @throws OperationErrors for anything that is no subscription, is not valid or costs too much */
  read({ query, operationName, variables }: SubscriptionRequest): ReadSubscription {
    if (typeof query !== 'string') throw refused(badInput('"query" must be the text of a subscription.'));
    if (operationName != null && typeof operationName !== 'string') {
      throw refused(badInput('"operationName" must be a text.'));
    }
    if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) {
      throw refused(badInput('"variables" must be an object.'));
    }
    const document = this.validDocument(query);
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      throw refused(
        badInput('"operationName" must name one of the operations; it may be left out where there is one.'),
      );
    }
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      throw refused(badInput('Only subscriptions are served here: send queries and mutations by POST to /graphql.'));
    }
    const given = (variables ?? {}) as Record<string, unknown>;
    const checked = checkOperation({ schema: this.schema, document, operation, variables: given }, []);
    if (checked.refusal) throw refused(checked.refusal);
    return { document, operationName: operation.name?.value, variables: given, field: checked.rootFields[0]! };
  }

  /** Why the rule of its field refuses the caller now; null where it does not. */
  refusal({ field }: ReadSubscription, context: Context): AppError | null {
    const type = this.schema.getSubscriptionType();
    const rule = type && ruleOf(this.schema, type, field);
    return rule ? refusal(rule, context) : null;
  }

  /** Opens the source of the events, as far as the rule allows. @throws OperationErrors, or what the source failed with */
  async open(read: ReadSubscription, context: Context): Promise<AsyncIterator<unknown>> {
    const opening = createSourceEventStream({ ...this.argsOf(read), contextValue: context });
    const opened = await inTime(opening, this.timeLimit);
    if (opened === 'LATE') {
      // Nobody will listen to what opens after all.
      void opening.then(
        (late) => (isStream(late) ? end(late[Symbol.asyncIterator](), context) : undefined),
        () => undefined,
      );
      throw this.late('Opening this subscription');
    }
    if (!isStream(opened)) throw new OperationErrors(opened.errors ?? []);
    return opened[Symbol.asyncIterator]();
  }

  /** What one event comes to for a caller, read anew. @throws AppError where it takes too long */
  async resolve(read: ReadSubscription, context: Context, event: unknown): Promise<FormattedExecutionResult> {
    context.forget();
    const resolving = execute({ ...this.argsOf(read), contextValue: context, rootValue: event });
    const result = await inTime(Promise.resolve(resolving), this.timeLimit);
    if (result === 'LATE') throw this.late('An event of this subscription');
    return { ...result, errors: result.errors?.map((error) => answerError(error, context)) };
  }

  /** A subscription as graphql-js takes it. */
  argsOf({ document, operationName, variables }: ReadSubscription) {
    return { schema: this.schema, document, operationName, variableValues: variables };
  }

  private validDocument(source: string): DocumentNode {
    const hash = createHash('sha256').update(source).digest('base64');
    const known = this.valid.get(hash);
    if (known) return known;
    let document: DocumentNode;
    try {
      checkLength(source);
      document = parse(source, { maxTokens: LIMITS.tokens });
      checkShape(document);
    } catch (error) {
      throw error instanceof AppError || error instanceof GraphQLError ? refused(error) : error;
    }
    const faults = validate(this.schema, document, undefined, { maxErrors: LIMITS.validationErrors });
    if (faults.length > 0) throw new OperationErrors(faults);
    this.valid.set(hash, document);
    return document;
  }

  private late(what: string): AppError {
    return new AppError('TOO_EXPENSIVE', `${what} took longer than ${this.timeLimit / 1_000} seconds.`);
  }
}

const refused = (error: GraphQLError | AppError) => new OperationErrors([error]);

const isStream = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;

/** Ends a source that nobody listens to any more; what it says to that is only of interest to the log. */
export function end(source: AsyncIterator<unknown>, { log }: Pick<Context, 'log'>): void {
  const ended = async () => source.return?.();
  ended().catch((error: unknown) => log.warn({ err: error }, 'the source of a subscription did not end well'));
}
