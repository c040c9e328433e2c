import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { checkTarget, guardedLookup, RefusedTarget, type WebhookTargets } from './targets.js';

/** How long a call may take in all, in milliseconds. */
export const TIME_LIMIT = 10_000;

/** Bytes of an answer that are read; what it says does not matter. */
const MAX_ANSWER = 64 * 1024;

export interface Call {
  url: string;
  /** The body is JSON where they do not say otherwise. */
  headers: Record<string, string>;
  body: string;
  targets: WebhookTargets;
  /** Milliseconds. */
  timeLimit: number;
  /** Ends the call. */
  stop?: AbortSignal;
}

/** What became of a call: the status of the answer, or why there is none, in words for the owner of the address. */
export type CallOutcome = { status: number } | { error: string } | 'STOPPED';

/**
 * POSTs to an address that strangers gave: to hosts that are allowed alone, on a connection of its own, within a time,
 * without following redirects and without looking at the answer.
 */
export async function post({ url, headers, body, targets, timeLimit, stop }: Call): Promise<CallOutcome> {
  const deadline = AbortSignal.timeout(timeLimit);
  const signal = stop === undefined ? deadline : AbortSignal.any([deadline, stop]);
  try {
    const address = new URL(url);
    checkTarget(address, targets);
    const request = address.protocol === 'https:' ? requestHttps : requestHttp;
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request(address, {
        method: 'POST',
        agent: false,
        lookup: guardedLookup(targets),
        signal,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'mcp-webservice-webhooks',
          ...headers,
          'content-length': String(Buffer.byteLength(body)),
        },
      });
      let answered: number | undefined;
      // The status counts, however the rest of the answer ends.
      sent.on('error', (error) => (answered === undefined ? reject(error) : resolve(answered)));
      sent.on('response', (response) => {
        const status = response.statusCode!;
        answered = status;
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER) response.destroy();
        });
        response.on('error', () => undefined);
        response.on('close', () => resolve(status));
      });
      sent.end(body);
    });
    return { status };
  } catch (error) {
    if (stop?.aborted) return 'STOPPED';
    if (deadline.aborted) return { error: `It did not answer within ${timeLimit / 1_000} seconds.` };
    return { error: reasonOf(error) };
  }
}

/** Never what an error says itself: it may quote addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof RefusedTarget) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' && /^[A-Z0-9_]{1,50}$/.test(code);
  return known ? `The call failed with ${code}.` : 'The call failed.';
}
