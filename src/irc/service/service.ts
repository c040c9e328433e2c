import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type DocumentNode } from 'graphql';
import { createClient, NetworkError } from 'graphql-sse';
import { ResponseBodyError } from 'openid-client';
import type { Logger } from 'pino';
import { Refusal } from './refusal.js';
import type { Speaker, Tokens } from './tokens.js';

/** How long the service has for an answer, in milliseconds. */
const PATIENCE = 20_000;

const AWAY = 'The service does not answer just now. Try again in a minute.';

/** A refusal of the service's interface: the first error of an answer. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly code: string,
    message: string,
    /** FORBIDDEN: the permission that was missing, where it was one. */
    readonly permission: string | null,
  ) {
    super(message);
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string; permission?: string } }[];
}

/** @throws ServiceError */
function dataOf<Data>({ data, errors: [error] = [] }: Answer<Data>): Data {
  if (error === undefined) return data!;
  const { code = 'INTERNAL_SERVER_ERROR', permission = null } = error.extensions ?? {};
  throw new ServiceError(code, error.message, permission);
}

/** Whether the service did not take the token, or takes it no more. */
const isUnauthenticated = (error: unknown): boolean =>
  error instanceof ServiceError
    ? error.code === 'UNAUTHENTICATED'
    : error instanceof NetworkError && (error as NetworkError<Response>).response?.status === 401;

const texts = new WeakMap<DocumentNode, string>();

/** The text of a document, printed once. */
function textOf(document: DocumentNode): string {
  const known = texts.get(document) ?? print(document);
  texts.set(document, known);
  return known;
}

/** The service as the bridge reaches it: over GraphQL, like every other client. */
export class Service {
  /** @param url where it is reached, without a slash at its end */
  constructor(
    private readonly url: string,
    private readonly tokens: Tokens,
    private readonly log: Logger,
  ) {}

  /** The address by which people reach it, without a slash at its end. */
  get publicUrl(): string {
    return this.tokens.publicUrl;
  }

  /** Asks or tells the service something as the bot itself. @throws ServiceError, Refusal where it does not answer */
  async ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const token = await this.reached(() => this.tokens.own());
    try {
      return await this.send(document, variables, token);
    } catch (error) {
      // Its keys, or the rights of the bot, are others since: once more with a token of now.
      if (!isUnauthenticated(error)) throw error;
      this.tokens.forget(token);
      return this.send(document, variables, await this.reached(() => this.tokens.own()));
    }
  }

  /** A token of the person behind a message, or why there is none: nobody is linked to that account, or the link does not count. */
  async tokenOf(speaker: Speaker): Promise<{ token: string } | { refused: string }> {
    try {
      return { token: await this.reached(() => this.tokens.of(speaker)) };
    } catch (error) {
      if (error instanceof ResponseBodyError && error.error === 'invalid_grant') {
        return { refused: error.error_description ?? 'it was refused' };
      }
      throw error;
    }
  }

  /** Does something with a token of somebody. @throws ServiceError, Refusal where the service does not answer */
  async send<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    token: string,
  ): Promise<Data> {
    const answer = await this.reached(async () => {
      const response = await fetch(`${this.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: textOf(document), variables }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      return (await response.json()) as Answer<Data>;
    });
    return dataOf(answer);
  }

  /**
   * What a subscription of the bot comes to. It ends when its token does, after a few minutes, and goes on from where it is opened next.
   * @param signal ends it
   * @throws ServiceError, Refusal, NetworkError
   */
  async *events<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): AsyncGenerator<Data, void> {
    const token = await this.reached(() => this.tokens.fresh());
    signal.throwIfAborted();
    const client = createClient({
      url: `${this.url}/graphql/stream`,
      headers: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const dispose = () => client.dispose();
    signal.addEventListener('abort', dispose);
    try {
      for await (const answer of client.iterate({ query: textOf(document), variables })) {
        yield dataOf(answer as Answer<Data>);
      }
    } catch (error) {
      if (isUnauthenticated(error)) this.tokens.forget(token);
      throw error;
    } finally {
      signal.removeEventListener('abort', dispose);
      dispose();
    }
  }

  /** @throws Refusal where the service is not reached; what it refuses is thrown as it is */
  private async reached<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ResponseBodyError) throw error;
      this.log.warn({ err: error as Error }, 'The service does not answer');
      throw new Refusal(AWAY);
    }
  }
}
