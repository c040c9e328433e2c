import type { Logger } from 'pino';
import { nextChange, type Actor } from '../../auth/actor.js';
import type { CredentialSource } from '../../auth/authenticate.js';
import { createContext, type Client } from '../../graphql/context.js';
import { end, type SubscriptionRequest } from '../../graphql/subscription.js';
import { AppError } from '../../shared/errors.js';
import { LIVE_LIMITS } from './limits.js';
import type { Live } from './live.js';
import { LiveStream } from './stream.js';

export interface ConnectionInput {
  actor: Actor;
  /** What the actor was authenticated with, to be asked again. */
  source: CredentialSource;
  client: Client;
  requestId: string;
  log: Logger;
  /** Closes the connection of a caller who may not have it any more. */
  onRefused: (why: AppError) => void;
}

/** An end of a right that is further away than this is found when the rights are read again. */
const FORESIGHT = 60_000;

/**
 * Somebody who holds a connection open, with the subscriptions on it. What the credential is good for is asked again for as long
 * as it is open; when it is good no more, or the rule of a subscription lets the caller pass no more, the connection ends.
 */
export class LiveConnection {
  private readonly streams = new Set<LiveStream>();
  private actor: Actor;
  private count = 0;
  private isOpen = true;
  /** Why the caller was refused. */
  private why: AppError | null = null;
  private checkedAt = performance.now();
  private checking: Promise<void> | null = null;
  private nextEnd: NodeJS.Timeout | undefined;

  constructor(
    private readonly live: Live,
    private readonly input: ConnectionInput,
  ) {
    this.actor = input.actor;
    this.watchNextEnd();
  }

  /** Whether there is a credential to ask about. */
  get isSignedIn(): boolean {
    return this.actor.kind === 'SIGNED_IN';
  }

  /** Opens a subscription. @throws OperationErrors, AppError, or what its source failed with */
  async subscribe(request: SubscriptionRequest): Promise<LiveStream> {
    if (this.count >= LIVE_LIMITS.subscriptions) {
      throw new AppError('RATE_LIMITED', `One connection has at most ${LIVE_LIMITS.subscriptions} subscriptions.`);
    }
    this.count += 1;
    let stream: LiveStream | undefined;
    try {
      stream = await this.open(request);
      return stream;
    } finally {
      if (!stream) this.count -= 1;
    }
  }

  /** Makes sure that the rights were read not long ago. @throws what keeps them from being read */
  async confirm(): Promise<void> {
    if (!this.isSignedIn || performance.now() - this.checkedAt < this.live.times.recheck) return;
    await this.recheck();
  }

  /** Reads the rights anew, and ends the connection where they are not enough. @throws what keeps them from being read */
  recheck(): Promise<void> {
    this.checking ??= this.readRights().finally(() => (this.checking = null));
    return this.checking;
  }

  /** Ends all subscriptions, in peace. */
  close(): void {
    this.isOpen = false;
    clearTimeout(this.nextEnd);
    for (const stream of [...this.streams]) stream.end();
  }

  private async open(request: SubscriptionRequest): Promise<LiveStream> {
    const { subscriptions, onSubscription } = this.live;
    const { client, requestId, log } = this.input;
    const read = subscriptions.read(request);
    await this.confirm();
    if (this.why) throw this.why;
    const context = createContext(this.actor, { client, requestId, log });
    const source = await subscriptions.open(read, context);
    // They may have changed while it opened.
    context.actor = this.actor;
    const why = subscriptions.refusal(read, context);
    if (why) {
      end(source, context);
      throw why;
    }
    const stream: LiveStream = new LiveStream({
      subscriptions,
      read,
      source,
      context,
      confirm: () => this.confirm(),
      onEnd: () => {
        this.streams.delete(stream);
        this.count -= 1;
        onSubscription(-1);
      },
    });
    this.streams.add(stream);
    onSubscription(1);
    if (!this.isOpen) stream.end(this.why);
    return stream;
  }

  private async readRights(): Promise<void> {
    const startedAt = performance.now();
    let actor: Actor;
    try {
      actor = await this.live.authenticate(this.input.source);
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return this.refuse(error);
      throw error;
    }
    if (!this.isOpen) return;
    this.checkedAt = startedAt;
    this.actor = actor;
    for (const stream of this.streams) stream.context.actor = actor;
    for (const stream of this.streams) {
      const why = stream.refusal();
      if (why) return this.refuse(why);
    }
    this.watchNextEnd();
  }

  private refuse(why: AppError): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.why = why;
    clearTimeout(this.nextEnd);
    this.input.onRefused(why);
    for (const stream of [...this.streams]) stream.end(why);
  }

  /** A credential or a role that ends at an instant that is known ends then. */
  private watchNextEnd(): void {
    clearTimeout(this.nextEnd);
    if (this.actor.kind !== 'SIGNED_IN') return;
    const now = new Date();
    const delay = nextChange(this.actor, now) - now.getTime();
    if (delay > FORESIGHT) return;
    const ask = () =>
      void this.recheck().catch((error: unknown) => this.input.log.warn({ err: error }, 'rights not read'));
    this.nextEnd = setTimeout(ask, delay).unref();
  }
}
