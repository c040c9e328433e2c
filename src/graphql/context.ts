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
  actor: Actor;
  requestId: string;
  log: Logger;
  client?: Client;
  now?: () => Date;
}

const NO_CLIENT: Client = { address: null, device: null, cookies: null };

export function createContext(input: ContextInput): Context {
  const { actor, requestId, log, client = NO_CLIENT, now = () => new Date() } = input;
  const made = new Map<object, unknown>();
  return {
    actor,
    client,
    setCookies: [],
    requestId,
    log,
    now,
    once<T>(key: object, create: () => T): T {
      if (!made.has(key)) made.set(key, create());
      return made.get(key) as T;
    },
    forget: () => made.clear(),
  };
}

/** Who calls, from where and when: what services are told of a request. */
export const callerOf = ({ actor, client, now }: Context): Caller => ({ actor, now: now(), ...client });
