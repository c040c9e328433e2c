import type { LightMyRequestResponse } from 'fastify';
import type { TestClient } from '../../support/client.js';
import type { TestService } from '../../support/service.js';

/** The origin of the service's own pages. */
export const OWN = 'http://localhost:4000';

export type Fields = Record<string, string> | string;

interface Sent {
  /** Null for none. */
  origin?: string | null;
  contentType?: string | null;
}

/** Sends a form as a browser does that shows a page of the service. A string is sent as it stands. */
export async function post(
  client: TestClient,
  path: string,
  fields: Fields = {},
  { origin = OWN, contentType = 'application/x-www-form-urlencoded' }: Sent = {},
): Promise<LightMyRequestResponse> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
  if (origin !== null) client.headers['origin'] = origin;
  if (contentType !== null) client.headers['content-type'] = contentType;
  try {
    return await client.request('POST', path, Buffer.from(body));
  } finally {
    delete client.headers['origin'];
    delete client.headers['content-type'];
  }
}

/** Who is signed in in a browser. */
export async function handleOf(client: TestClient): Promise<string | null> {
  const { viewer } = await client.query(`{ viewer { user { handle } } }`);
  return viewer === null ? null : (viewer.user.handle as string);
}

/** Every row that the forms could change, to show that nothing did. */
export async function accountRows({ db }: TestService): Promise<string> {
  const tables = ['users', 'identities', 'passwords', 'sessions', 'passkeys', 'recovery_codes', 'one_time_secrets'];
  const rows = await Promise.all(
    tables.map((name) =>
      db.query(`SELECT to_jsonb(t) - 'last_seen_at' - 'idle_expires_at' AS row FROM ${name} t ORDER BY 1`),
    ),
  );
  return JSON.stringify(rows);
}

/** The value of a hidden field of a page. */
export function hiddenField({ body, statusCode }: LightMyRequestResponse, name: string): string {
  const value = new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`).exec(body)?.[1];
  if (value === undefined) throw new Error(`No field ${name}: ${statusCode} ${body}`);
  return value;
}
