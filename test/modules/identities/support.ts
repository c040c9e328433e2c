import { encodeId } from '../../../src/graphql/ids.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { forgetPresence, programOf, signInAgain, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';

/** The outcomes of a call by those who may not make it at all, whatever they name. */
export async function denials(
  service: TestService,
  person: Person,
  document: string,
  variables: Record<string, unknown>,
): Promise<Record<string, string>> {
  const [bot] = await service.db.query<{ userId: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton, is_bot, owner_id)
     VALUES ('bot-of-' || $1::text, 'bot-of-' || $1::text, 'botof' || $1::text, true, $1::int)
     ON CONFLICT (handle_key) DO UPDATE SET is_bot = true RETURNING id AS "userId"`,
    [person.userId],
  );
  const stale = await signInAgain(service, person);
  const proven = await service.db.query<{ id: number; at: Date }>(
    `SELECT id, proven_at AS at FROM sessions WHERE user_id = $1`,
    [person.userId],
  );
  await forgetPresence(service, person);
  const send = async (client: TestClient) => outcomeOf(await client.send(document, variables));
  const outcomes = {
    anonymous: await send(service.client()),
    token: await send(await programOf(service, person)),
    bot: await send(await programOf(service, bot!)),
    stale: await send(stale),
  };
  for (const { id, at } of proven) await service.db.query(`UPDATE sessions SET proven_at = $2 WHERE id = $1`, [id, at]);
  return outcomes;
}

/** What {@link denials} gives for whatever takes a session and fresh presence. */
export const DENIED = { anonymous: 'UNAUTHENTICATED', token: 'FORBIDDEN', bot: 'FORBIDDEN', stale: 'FORBIDDEN' };

/** An identity made by SQL. @returns its global id */
export async function giveIdentity(
  { db }: TestService,
  { userId }: Pick<Person, 'userId'>,
  provider: 'GITHUB' | 'DISCORD' | 'IRC',
  options: { state?: 'ACTIVE' | 'PENDING' | 'SUSPENDED'; network?: string; subject?: string } = {},
): Promise<string> {
  const { state = 'ACTIVE', network = '', subject = null } = options;
  const rows = await db.query<{ id: number }>(
    `INSERT INTO identities (user_id, provider, network, subject, display_name, state)
     VALUES ($1, $2::identity_provider, $3, coalesce($4::text, 'made-' || nextval('identities_id_seq')), 'made', $5::identity_state) RETURNING id`,
    [userId, provider, network, subject, state],
  );
  return encodeId('Identity', rows[0]!.id);
}

/** The identities of an account as the database has them: `GITHUB ACTIVE`. */
export async function identitiesIn({ db }: TestService, { userId }: Pick<Person, 'userId'>): Promise<string[]> {
  const rows = await db.query<{ text: string }>(
    `SELECT provider || ' ' || state AS text FROM identities WHERE user_id = $1 ORDER BY id`,
    [userId],
  );
  return rows.map(({ text }) => text);
}

/** The global id of an identity that somebody has. */
export async function identityOf(
  { db }: TestService,
  { userId }: Pick<Person, 'userId'>,
  provider: string,
): Promise<string> {
  const rows = await db.query<{ id: number }>(
    `SELECT id FROM identities WHERE user_id = $1 AND provider = $2::identity_provider`,
    [userId, provider],
  );
  return encodeId('Identity', rows[0]!.id);
}

/** Actions and details of the log that concern somebody, newest first. */
export async function eventsOf({ db }: TestService, { userId }: Pick<Person, 'userId'>, like: string) {
  return db.query<{ action: string; detail: string | null; actorId: number | null }>(
    `SELECT action, detail, actor_id AS "actorId" FROM audit_events WHERE subject_id = $1 AND action LIKE $2 ORDER BY id DESC`,
    [userId, like],
  );
}
