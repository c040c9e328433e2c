import type { ExecutionArgs, FormattedExecutionResult } from 'graphql';
import type { Context } from '../../graphql/context.js';
import { end, type ReadSubscription, type Subscriptions } from '../../graphql/subscription.js';
import type { AppError } from '../../shared/errors.js';

type Result = IteratorResult<FormattedExecutionResult, undefined>;

const DONE = { done: true, value: undefined } as const;

export interface StreamInput {
  subscriptions: Subscriptions;
  read: ReadSubscription;
  source: AsyncIterator<unknown>;
  context: Context;
  /** Makes sure that the rights in the context are not older than they may be. */
  confirm: () => Promise<void>;
  onEnd: () => void;
}

/**
 * One open subscription: its answers, masked. `next` is called again when it has settled. It can be ended from the outside at
 * any time, also while it waits for an event, which a generator can not.
 */
export class LiveStream implements AsyncIterableIterator<FormattedExecutionResult, undefined> {
  private isEnded = false;
  private failure: AppError | null = null;
  private waiting: { resolve: (result: Result) => void; reject: (error: Error) => void } | null = null;

  constructor(private readonly input: StreamInput) {}

  get context(): Context {
    return this.input.context;
  }

  /** The operation as graphql-js takes it. */
  get args(): ExecutionArgs {
    return this.input.subscriptions.argsOf(this.input.read);
  }

  /** Why the caller may not have it any more; null where that is not so. */
  refusal(): AppError | null {
    return this.input.subscriptions.refusal(this.input.read, this.input.context);
  }

  /** @throws what the source failed with; AppError where it was ended for a reason */
  next(): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        this.failure = null;
      } else if (this.isEnded) {
        resolve(DONE);
      } else {
        this.waiting = { resolve, reject };
        this.pull().then(
          (result) => {
            this.waiting = null;
            resolve(result);
            if (result.done) this.end();
          },
          (error: Error) => {
            this.waiting = null;
            reject(error);
            this.end();
          },
        );
      }
    });
  }

  async return(): Promise<Result> {
    this.end();
    return DONE;
  }

  async throw(error: Error): Promise<Result> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends it and its source. @param why told to whoever waits for the next answer, or asks for it next */
  end(why: AppError | null = null): void {
    if (this.isEnded) return;
    this.isEnded = true;
    end(this.input.source, this.input.context);
    if (!this.waiting) this.failure = why;
    else if (why) this.waiting.reject(why);
    else this.waiting.resolve(DONE);
    this.waiting = null;
    this.input.onEnd();
  }

  private async pull(): Promise<Result> {
    const { source, confirm, subscriptions, read, context } = this.input;
    const event = await source.next();
    if (event.done) return DONE;
    await confirm();
    // Its rights were lost while it waited: nobody computes what nobody may see.
    if (this.isEnded) return DONE;
    return { done: false, value: await subscriptions.resolve(read, context, event.value) };
  }
}
