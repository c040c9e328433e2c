import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.js';
import type { Caller } from '../auth/caller.js';

/** Where a request comes from, as far as its front door knows. */
export type Client = Pick<Caller, 'address' | 'device' | 'cookies'>;

/** What a resolver knows of the request it serves. */
export interface Context {
  /** Who calls. Replaced by another object, never edited, when the caller's rights change. */
  actor: Actor;
  readonly client: Client;
  /** Set-Cookie headers that go out with the answer. */
  readonly setCookies: string[];
  readonly requestId: string;
  /** Writes lines that carry the request id. */
  readonly log: Logger;
  readonly now: () => Date;
  /** Makes something once a request, e.g. a DataLoader; `key` is any object that stands for it. */
  once<T>(key: object, create: () => T): T;
  /** Forgets what was made once: after a mutation everything is read anew. */
  forget(): void;
}

export interface ContextInput {
  readonly requestId: string;
  /** Asked for when there is something to log: most requests have nothing. */
  readonly log: Logger;
  readonly client?: Client;
  readonly now?: () => Date;
}

const NO_CLIENT: Client = { address: null, device: null, cookies: null };

export const createContext = (actor: Actor, input: ContextInput): Context => new RequestContext(actor, input);

const clock = () => new Date();

class RequestContext implements Context {
  readonly client: Client;
  readonly setCookies: string[] = [];
  readonly requestId: string;
  readonly now: () => Date;
  private made: Map<object, unknown> | null = null;

  constructor(
    public actor: Actor,
    private readonly input: ContextInput,
  ) {
    this.client = input.client ?? NO_CLIENT;
    this.requestId = input.requestId;
    this.now = input.now ?? clock;
  }

  get log(): Logger {
    return this.input.log;
  }

  once<T>(key: object, create: () => T): T {
    const made = (this.made ??= new Map());
    if (!made.has(key)) made.set(key, create());
    return made.get(key) as T;
  }

  forget(): void {
    this.made = null;
  }
}

/** Who calls, from where and when: what services are told of a request. */
export function callerOf({ actor, client, now }: Context): Caller {
  const { address, device, cookies } = client;
  return { actor, now: now(), address, device, cookies };
}
