import type { Logger } from 'pino';
import type { LiveConnection } from './connection.js';

/** Has the rights of all connections read again, one after the other, for as long as there are any. */
export class Rechecks {
  private readonly connections = new Set<LiveConnection>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly every: number,
    private readonly log: Logger,
  ) {}

  /** Whoever has no credential has nothing that could end. @returns takes it out */
  add(connection: LiveConnection): () => void {
    if (!connection.isSignedIn) return () => undefined;
    this.connections.add(connection);
    this.timer ??= this.later();
    return () => void this.connections.delete(connection);
  }

  private later(): NodeJS.Timeout {
    return setTimeout(() => void this.work(), this.every).unref();
  }

  private async work(): Promise<void> {
    for (const connection of [...this.connections]) {
      try {
        if (this.connections.has(connection)) await connection.recheck();
      } catch (error) {
        // The database may be away for a moment; no event passes meanwhile, as it asks too.
        this.log.warn({ err: error }, 'rights not read');
      }
    }
    this.timer = this.connections.size > 0 ? this.later() : undefined;
  }
}
