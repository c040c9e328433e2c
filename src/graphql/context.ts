import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.js';

/** What a resolver knows of the request it serves. */
export interface Context {
  /** Who calls. Replaced by another object, never edited, when the caller's rights change. */
  actor: Actor;
  readonly requestId: string;
  /** Writes lines that carry the request id. */
  readonly log: Logger;
  readonly now: () => Date;
  /** Makes something once a request, e.g. a DataLoader; `key` is any object that stands for it. */
  once<T>(key: object, create: () => T): T;
}

export interface ContextInput {
  actor: Actor;
  requestId: string;
  log: Logger;
  now?: () => Date;
}

export function createContext({ actor, requestId, log, now = () => new Date() }: ContextInput): Context {
  const made = new Map<object, unknown>();
  return {
    actor,
    requestId,
    log,
    now,
    once<T>(key: object, create: () => T): T {
      if (!made.has(key)) made.set(key, create());
      return made.get(key) as T;
    },
  };
}
