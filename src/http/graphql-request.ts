import Negotiator from 'negotiator';
import type { OperationRequest } from '../graphql/operations/answer.js';
import type { GraphqlServer } from '../graphql/server.js';
import { Lru } from '../shared/lru.js';
import type { GraphqlCall } from './graphql-answer.js';

/** How answers may be labelled, first what is preferred where a client does not care. */
const CONTENT_TYPES = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
  'application/graphql+json; charset=utf-8',
];

const MAX_ACCEPT = 200;
const chosen = new Lru<string | null>(100);

/** The label of an answer, as Apollo Server chooses it; null where there is none to the client's liking. */
export function contentTypeFor(accept: string | undefined): string | null {
  if (accept === undefined || accept === '' || accept === '*/*') return CONTENT_TYPES[0]!;
  const known = chosen.get(accept);
  if (known !== undefined) return known;
  const type = new Negotiator({ headers: { accept } }).mediaType(CONTENT_TYPES) ?? null;
  if (accept.length <= MAX_ACCEPT) chosen.set(accept, type);
  return type;
}

/** What a request asks, where it says so in the plainest way; null where it is for the pipeline to make out, or to refuse. */
export function plainRequest(
  request: Pick<GraphqlCall, 'method' | 'url' | 'headers' | 'body'>,
  graphql: Pick<GraphqlServer, 'persistedQuery'>,
): OperationRequest | null {
  const queriesOnly = request.method !== 'POST';
  const asked = queriesOnly ? linkedBy(request) : postedBy(request);
  if (!asked) return null;
  const { query, operationName, variables, extensions } = asked;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (variables != null && !isRecord(variables)) return null;
  let source = query;
  if (extensions != null) {
    const hash = query === undefined ? persistedHash(extensions) : null;
    if (hash === null) return null;
    source = graphql.persistedQuery(hash);
  }
  if (typeof source !== 'string' || source === '') return null;
  return { query: source, operationName, variables, queriesOnly };
}

interface Asked {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
  extensions?: unknown;
}

function postedBy({ body, headers }: Pick<GraphqlCall, 'body' | 'headers'>): Asked | null {
  // Other types are what a page of another site could send without being asked (CSRF).
  return isRecord(body) && headers['content-type']?.startsWith('application/json') === true ? body : null;
}

const PARAMETERS = new Set(['query', 'operationName', 'variables', 'extensions']);

/** A link says the same in its query string. With a credential it is the pipeline's to see whether a browser was asked first. */
function linkedBy({ url, headers }: Pick<GraphqlCall, 'url' | 'headers'>): Asked | null {
  if (headers.cookie !== undefined || headers.authorization !== undefined || headers['content-type'] !== undefined) {
    return null;
  }
  const start = url.indexOf('?');
  if (start < 0) return null;
  const asked: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    if (!PARAMETERS.has(name) || name in asked) return null;
    asked[name] = value;
  }
  try {
    for (const name of ['variables', 'extensions']) {
      if (name in asked && !isRecord((asked[name] = JSON.parse(asked[name] as string)))) return null;
    }
  } catch {
    return null;
  }
  return asked;
}

/** `{"persistedQuery":{"version":1,"sha256Hash":"…"}}` and nothing else. */
function persistedHash(extensions: unknown): string | null {
  if (!isRecord(extensions) || Object.keys(extensions).length !== 1) return null;
  const { persistedQuery } = extensions;
  if (!isRecord(persistedQuery) || persistedQuery['version'] !== 1) return null;
  const { sha256Hash } = persistedQuery;
  return typeof sha256Hash === 'string' ? sha256Hash : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
