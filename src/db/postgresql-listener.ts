import pg from 'pg';
import { checkChannel, separate, type Listener, type OnLink, type OnNotify } from './channels.js';

/** Milliseconds before the first try to reconnect; each further one waits twice as long, up to the last. */
const FIRST_PAUSE = 250;
const LAST_PAUSE = 10_000;

/** How often an idle connection is asked whether it lives, and how long it may take to say so, in milliseconds. */
const HEARTBEAT = 30_000;
const PATIENCE = 10_000;

const ignore = () => undefined;

/**
 * LISTEN on one connection of its own for all channels, made when first needed. When it is lost it is made anew, and as nobody
 * knows what was missed meanwhile, every listener is called once with an empty payload.
 */
export class PostgresqlListener {
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: pg.Client | null = null;
  private opening: Promise<void> | null = null;
  private wasOpen = false;
  private isClosed = false;
  private retry: NodeJS.Timeout | undefined;
  private pause = FIRST_PAUSE;

  private sent: Promise<boolean> = Promise.resolve(true);

  /** @param url a server, not a pooler that hands out connections by the transaction: there nobody can LISTEN */
  constructor(
    private readonly url: string,
    private readonly onError: (error: Error) => void = ignore,
  ) {}

  /** See `Database.listen`. @throws Error where the first connection can not be made */
  async listen(channel: string, onNotify: OnNotify, onLink: OnLink = ignore): Promise<() => Promise<void>> {
    checkChannel(channel);
    if (this.isClosed) throw new Error('The database is closed.');
    const listener = { onNotify: separate(onNotify, this.onError), onLink: separate(onLink, this.onError) };
    const known = this.listeners.get(channel);
    if (known) known.add(listener);
    else this.listeners.set(channel, new Set([listener]));
    const { client } = this;
    if (client) {
      if ((await this.send(`LISTEN ${channel}`)) && this.client === client) listener.onLink(true);
    } else if (!this.wasOpen) {
      try {
        await (this.opening ??= this.open());
      } catch (error) {
        this.opening = null;
        this.remove(channel, listener);
        throw error;
      }
    }
    // A connection that is being made anew listens to every channel that there is by then.
    return async () => {
      if (this.remove(channel, listener)) await this.send(`UNLISTEN ${channel}`);
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.opening?.catch(ignore);
    await this.client?.end();
  }

  /** Tells those who listen on a channel what they would hear a moment later. */
  tell(channel: string, payload: string): void {
    for (const { onNotify } of [...(this.listeners.get(channel) ?? [])]) onNotify(payload);
  }

  /** @returns whether nobody is left on the channel */
  private remove(channel: string, listener: Listener): boolean {
    const left = this.listeners.get(channel);
    if (!left?.delete(listener) || left.size > 0) return false;
    this.listeners.delete(channel);
    return true;
  }

  /** A connection that fails here is made anew, and what it should listen to is known. @returns whether it did not fail */
  private send(sql: string): Promise<boolean> {
    // One after the other: a connection takes no second statement before it has answered the first.
    return (this.sent = this.sent.then(async () => (await this.client?.query(sql).catch(ignore)) !== undefined));
  }

  private async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: PATIENCE,
      query_timeout: PATIENCE,
      keepAlive: true,
      keepAliveInitialDelayMillis: PATIENCE,
    });
    let isLost = false;
    const lose = (error: Error) => {
      if (isLost) return;
      isLost = true;
      clearInterval(heartbeat);
      void client.end().catch(ignore);
      if (this.client === client) this.reopen(error);
    };
    // A connection whose other end has vanished says nothing by itself.
    const heartbeat = setInterval(() => void client.query('SELECT 1').catch(lose), HEARTBEAT).unref();
    client.on('error', lose);
    client.on('end', () => lose(new Error('The connection that listens was closed.')));
    client.on('notification', ({ channel, payload = '' }) => this.tell(channel, payload));
    try {
      await client.connect();
      const heard = new Set<string>();
      // Others may come while it opens.
      const next = () => [...this.listeners.keys()].find((channel) => !heard.has(channel));
      for (let channel = next(); channel !== undefined; channel = next()) {
        heard.add(channel);
        await client.query(`LISTEN ${channel}`);
      }
    } catch (error) {
      lose(error as Error);
      throw error;
    }
    this.client = client;
    this.pause = FIRST_PAUSE;
    for (const { onNotify, onLink } of this.all()) {
      if (this.wasOpen) onNotify('');
      onLink(true);
    }
    this.wasOpen = true;
  }

  private all(): Listener[] {
    return [...this.listeners.values()].flatMap((set) => [...set]);
  }

  private reopen(reason: Error): void {
    this.client = null;
    for (const { onLink } of this.all()) onLink(false);
    if (this.isClosed) return;
    this.onError(reason);
    this.retry = setTimeout(() => {
      this.opening = this.open();
      this.opening.catch((error: Error) => this.reopen(error));
    }, this.pause).unref();
    this.pause = Math.min(this.pause * 2, LAST_PAUSE);
  }
}
