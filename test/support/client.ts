import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { print } from 'graphql';
import type { MintedSecrets } from './secrets.js';

/** An error as a client sees it. */
export interface ClientError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string } & Record<string, unknown>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface Answer<Data = any> {
  status: number;
  data?: Data | null;
  errors?: ClientError[];
}

type Document<Data, Variables> = TypedDocumentNode<Data, Variables> | string;

let clients = 0;

/** A browser or program with a cookie jar and a network address of its own, asking through HTTP in this process. */
export class TestClient {
  readonly cookies = new Map<string, string>();
  /** Sent as a bearer token. */
  token: string | null = null;
  address: string;
  readonly headers: Record<string, string> = {};

  constructor(
    private readonly http: FastifyInstance,
    private readonly secrets: MintedSecrets,
  ) {
    clients += 1;
    this.address = `10.${(clients >> 16) & 255}.${(clients >> 8) & 255}.${clients & 255}`;
  }

  /** Any HTTP request; cookies come and go as in a browser. */
  async request(method: 'GET' | 'POST', url: string, payload?: object): Promise<LightMyRequestResponse> {
    const headers: Record<string, string> = { ...this.headers };
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers['cookie'] ??= cookie;
    if (this.token !== null) headers['authorization'] ??= `Bearer ${this.token}`;
    const response = await this.http.inject({ method, url, payload, headers, remoteAddress: this.address });
    for (const { name, value, expires } of response.cookies as { name: string; value: string; expires?: Date }[]) {
      if (expires !== undefined && expires.getTime() <= Date.now()) this.cookies.delete(name);
      else {
        this.cookies.set(name, value);
        this.secrets.add(value);
      }
    }
    return response;
  }

  /** Sends an operation. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async send<Data = any, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
  ): Promise<Answer<Data>> {
    const query = typeof document === 'string' ? document : print(document);
    this.secrets.gather(variables);
    const response = await this.request('POST', '/graphql', { query, variables: variables as object });
    const answer = response.json<Omit<Answer<Data>, 'status'>>();
    this.secrets.gather(answer.data);
    if (answer.errors !== undefined) this.secrets.expectNoneIn(JSON.stringify(answer.errors), 'an error');
    return { status: response.statusCode, ...answer };
  }

  /** Sends an operation; fails the test where the answer has errors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async query<Data = any, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
  ): Promise<Data> {
    const { data, errors } = await this.send(document, variables);
    if (errors !== undefined || data == null) throw new Error(`Refused: ${JSON.stringify(errors)}`);
    return data;
  }

  /** Sends an operation that is to be refused. @returns its first error */
  async refused<Data, Variables>(document: Document<Data, Variables>, variables?: Variables): Promise<ClientError> {
    const { data, errors } = await this.send(document, variables);
    if (errors === undefined) throw new Error(`Not refused: ${JSON.stringify(data)}`);
    return errors[0]!;
  }
}

/** What became of a call: OK, the codes of its user errors, or the code of its refusal. */
export function outcomeOf({ data, errors }: Answer): string {
  if (errors?.[0] !== undefined) return errors[0].extensions.code;
  const problems = Object.values((data ?? {}) as Record<string, { userErrors?: { code: string }[] } | null>).flatMap(
    (field) => field?.userErrors ?? [],
  );
  return problems.length === 0 ? 'OK' : problems.map(({ code }) => code).join(' ');
}
