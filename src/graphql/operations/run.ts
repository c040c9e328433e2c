import type { Context } from '../context.js';

/** What a plan does not answer: an error, a refusal, or what it was not made for. The pipeline says what there is to say. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** One execution of a plan: what is still awaited before its answer is whole. */
export class Run {
  private awaited = 0;
  private failure: Error | undefined;
  private settle: (() => void) | null = null;

  constructor(
    readonly context: Context,
    /** Coerced. */
    readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  /** Waits for a value, and hands it on. */
  then(value: PromiseLike<unknown>, use: (value: unknown) => void): void {
    this.awaited += 1;
    value.then(
      (settled) => {
        try {
          if (this.failure === undefined) use(settled);
        } catch (error) {
          this.fail(error);
        }
        this.done();
      },
      (error: unknown) => {
        this.fail(error);
        this.done();
      },
    );
  }

  /** Resolves when nothing is awaited any more, at once where nothing is. @throws what a value failed with */
  whole(): Promise<void> | null {
    if (this.awaited === 0) return null;
    return new Promise((resolve, reject) => {
      this.settle = () => (this.failure === undefined ? resolve() : reject(this.failure));
    });
  }

  private fail(reason: unknown): void {
    this.failure ??= reason instanceof Error ? reason : new Unanswered();
  }

  private done(): void {
    this.awaited -= 1;
    if (this.awaited === 0 || this.failure !== undefined) this.settle?.();
  }
}
