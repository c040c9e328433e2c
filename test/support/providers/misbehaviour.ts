import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a provider may do wrong in place of its right answer. */
export type Misbehaviour =
  | 'HTML'
  | 'STATUS_500'
  /** To another path of the server, which would give the right answer. */
  | 'REDIRECT'
  /** The right answer and 10 MB of padding. */
  | 'HUGE'
  /** A space every few milliseconds, for ever. */
  | 'SLOW_BODY'
  | 'SLOW_HEADERS'
  | 'HANGS_UP'
  | 'CUT_JSON'
  /** The right JSON under another content type. */
  | 'PLAIN_TEXT'
  | 'ERROR_AS_200'
  /** Another JSON. */
  | { answer: unknown }
  /** The right answer, but for these fields; undefined leaves one out. */
  | { changes: Record<string, unknown> }
  /** The right answer, late. */
  | { delayMs: number };

const HUGE_BYTES = 10_000_000;

export function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(answer));
}

/** Answers wrongly. `right` would have been the answer. */
export async function misanswer(response: ServerResponse, how: Misbehaviour, right: object): Promise<void> {
  if (typeof how === 'object') {
    if ('answer' in how) return sendJson(response, 200, how.answer);
    if ('changes' in how) return sendJson(response, 200, { ...right, ...how.changes });
    await sleep(how.delayMs);
    return sendJson(response, 200, right);
  }
  // What a provider may quote in its error pages, and what must reach no message or log.
  const quoted = JSON.stringify(right);
  const json = { 'content-type': 'application/json' };
  switch (how) {
    case 'HTML':
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>Unicorn!</h1><pre>${quoted}</pre>`);
      return;
    case 'STATUS_500':
      response.writeHead(500, json).end(quoted);
      return;
    case 'REDIRECT':
      // 307 has the client repeat the body, and with it the secret.
      response.writeHead(307, { location: '/elsewhere' }).end();
      return;
    case 'HUGE':
      response.writeHead(200, json);
      await pipeline(Readable.from(padded(quoted)), response).catch(() => undefined);
      return;
    case 'SLOW_BODY': {
      response.writeHead(200, json).write(quoted.slice(0, -1));
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
      return;
    }
    case 'SLOW_HEADERS':
      return;
    case 'HANGS_UP':
      response.destroy();
      return;
    case 'CUT_JSON':
      response.writeHead(200, json).end(quoted.slice(0, -1));
      return;
    case 'PLAIN_TEXT':
      response.writeHead(200, { 'content-type': 'text/plain' }).end(quoted);
      return;
    case 'ERROR_AS_200':
      return sendJson(response, 200, { ...right, error: 'server_error', error_description: quoted });
  }
}

/** JSON of spaces, in pieces, so that how far a client reads can be seen. */
function* padded(json: string): Generator<string> {
  yield json.slice(0, -1);
  const piece = ' '.repeat(10_000);
  for (let sent = 0; sent < HUGE_BYTES; sent += piece.length) yield piece;
  yield '}';
}
