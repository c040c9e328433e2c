import { Writable } from 'node:stream';
import { destination, pino, type DestinationStream, type Logger } from 'pino';

export interface LoggerOptions {
  level: string;
  /** Lines for people in place of JSON. */
  pretty?: boolean;
  stream?: DestinationStream;
}

/** What never reaches a log, wherever in a line it stands. */
const SECRETS = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret'];

/** The process's logger: one JSON object a line, or on a terminal lines for people. */
export function createLogger({ level, pretty = false, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describeError(error) },
      redact: {
        paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.headers["${name}"]`, `headers["${name}"]`]),
        censor: '[hidden]',
      },
    },
    stream ?? (pretty ? prettyStream() : destination({ fd: 1, sync: false })),
  );
}

interface ErrorLine {
  type: string;
  message: string;
  code?: unknown;
  stack?: string;
  cause?: ErrorLine;
}

/** What is logged of an error. Its other properties stay out: a database names values in them, also secret ones. */
function describeError(error: unknown, depth = 0): ErrorLine {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause, code } = error as Error & { code?: unknown };
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && depth < 3 && { cause: describeError(cause, depth + 1) }),
  };
}

type Line = Record<string, unknown> & { time: string; level: string; msg?: string; err?: { stack?: string } };

function prettyStream(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const text of chunk.toString().trimEnd().split('\n')) process.stdout.write(`${prettyLine(text)}\n`);
      done();
    },
  });
}

/** `12:00:00 info  request method=GET path=/ status=200 ms=3` */
export function prettyLine(text: string): string {
  const { time, level, msg = '', err, requestId: _requestId, ...rest } = JSON.parse(text) as Line;
  const facts = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = [time.slice(11, 19), level.padEnd(5), msg, ...facts].join(' ');
  return err?.stack ? `${head}\n${err.stack}` : head;
}
