import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Channels } from '../announcements/channels.js';

/** Who gave a command, and where. */
export interface Asker {
  network: string;
  nick: string;
  /** The account by which the message came, as the server says; null for none. */
  account: string | null;
  /** The channel; null for what was said to the bot alone. */
  channel: string | null;
}

/** Somebody whom the services of a network know. */
export interface Proven {
  /** The name of the account. */
  account: string;
  /** Its key there, which outlives the name. */
  accountId: string;
}

/** What a command can do. */
export interface Call {
  readonly asker: Asker;
  /** What stands behind the command, word by word. */
  readonly words: readonly string[];
  /** The address by which people reach the service, without a slash at its end. */
  readonly url: string;
  /** What channels are told of unasked. */
  readonly channels: Channels;
  /** Asks the service as the bot. @throws Refusal, ServiceError */
  ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  /**
   * Does something as the person who gave the command, whose account the services are asked for first.
   * @throws Refusal where it is not known who that is, or they are not linked; ServiceError
   */
  act<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  /** Whom the services know the asker as, asked now. @throws Refusal where nobody vouches for them */
  proven(): Promise<Proven>;
  /** The rest of a long answer of before, up to a page; none where there is nothing more. */
  more(): readonly string[];
  /** Lets go of that rest. */
  clearMore(): void;
}

/** A command of the bot. */
export interface Command {
  /** `gm`; the first is its name, the others are answered too. */
  readonly names: readonly [string, ...string[]];
  /** `[class.]name [version]` */
  readonly usage: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** How many words it takes; fewer are told its usage. */
  readonly atLeast?: number;
  /** @returns the answer, line by line. @throws Refusal, ServiceError */
  run(call: Call): Promise<readonly string[]>;
}
