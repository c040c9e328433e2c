import type { Database } from './database.js';

/** What was read once, until a notification says that it may have become wrong. */
export class Remembered<Value> {
  private value: Promise<Value> | null = null;
  private settled: Value | null = null;
  private listening: Promise<() => Promise<void>> | null = null;

  /** @param channel on which every process hears of changes */
  constructor(
    private readonly db: Database,
    private readonly channel: string,
    private readonly read: () => Promise<Value>,
  ) {}

  get(): Promise<Value> {
    if (this.value !== null) return this.value;
    const value = this.listen().then(this.read);
    this.value = value;
    value.then(
      (read) => this.value === value && (this.settled = read),
      () => this.value === value && this.forget(),
    );
    return value;
  }

  /** What is remembered by now; null where it would have to be read. */
  get current(): Value | null {
    return this.settled;
  }

  /** Reads anew the next time. */
  forget(): void {
    this.value = null;
    this.settled = null;
  }

  private listen(): Promise<unknown> {
    return (this.listening ??= this.db
      .listen(this.channel, () => this.forget())
      .catch((error: unknown) => {
        // The next one tries again.
        this.listening = null;
        throw error;
      }));
  }

  async close(): Promise<void> {
    await (
      await this.listening
    )?.();
  }
}
