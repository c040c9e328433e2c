import { ProviderError } from './provider.js';

const MAX_BYTES = 64 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonRequest {
  url: string;
  headers?: Record<string, string>;
  /** Makes it a POST of a form. */
  form?: URLSearchParams;
  /** Ends the request, its headers and body alike. */
  deadline: AbortSignal;
  refuse: (reason: string) => ProviderError;
}

/**
 * Fetches a JSON object: status 200 alone, no redirect followed, at most 64 KiB read, nothing after the deadline.
 * @throws ProviderError whatever goes wrong
 */
export async function fetchJson({ url, headers, form, deadline, refuse }: JsonRequest): Promise<JsonObject> {
  try {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      body: form ?? null,
      redirect: 'manual',
      signal: deadline,
      // GitHub refuses requests without a User-Agent and answers token requests in form encoding unless told otherwise.
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'mcp-webservice',
        ...headers,
      },
    });
    const fault = faultOf(response);
    if (fault !== null) {
      await response.body?.cancel();
      throw refuse(fault);
    }
    const answer = parse(await readBody(response, refuse));
    if (answer === null) throw refuse('it is not a JSON object');
    return answer;
  } catch (error) {
    // Never handed on as a cause: it may quote addresses, headers or the body.
    throw error instanceof ProviderError ? error : refuse(reasonOf(error));
  }
}

function faultOf({ status, headers }: Response): string | null {
  if (status !== 200) return `its status is ${status}`;
  return /^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '') ? null : 'it is not JSON';
}

async function readBody(response: Response, refuse: JsonRequest['refuse']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw refuse(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString();
}

function parse(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

/** "fetch failed" says nothing; the code of its cause (ECONNREFUSED, CERT_HAS_EXPIRED) does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return 'it did not come in time';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,50}$/.test(code)
    ? `the request failed with ${code}`
    : 'the request failed';
}
