import { statement, type Sql } from '../../db/index.js';

/** One line of the audit log. */
export interface AuditEventRow {
  id: number;
  at: Date;
  actorId: number | null;
  via: string | null;
  action: string;
  subjectId: number | null;
  detail: string | null;
  address: string | null;
}

const COLUMNS = `id, at, actor_id AS "actorId", via, action, subject_id AS "subjectId", detail, address`;

/** Which events: null is any. */
export interface AuditFilter {
  actorId: number | null;
  subjectId: number | null;
  /** A user who is either of the two, also through a bot or an account that was merged into theirs. */
  concernedId: number | null;
  action: string | null;
  /** The only actions that the reader may see. */
  actions: readonly string[] | null;
  since: Date | null;
  until: Date | null;
}

/** Whether an event is one of the user `$n`: of the account, of its bots, or of accounts that were merged into it. */
const concerns = (user: string) => {
  const accounts = `(SELECT id FROM users WHERE id = ${user} OR owner_id = ${user} OR merged_into_id = ${user})`;
  return `(actor_id IN ${accounts} OR subject_id IN ${accounts})`;
};

const MATCHES = `($1::int IS NULL OR actor_id = $1) AND ($2::int IS NULL OR subject_id = $2)
  AND ($3::int IS NULL OR ${concerns('$3')}) AND ($4::text IS NULL OR action = $4)
  AND ($5::text[] IS NULL OR action = ANY($5)) AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)`;

const values = ({ actorId, subjectId, concernedId, action, actions, since, until }: AuditFilter) => [
  actorId,
  subjectId,
  concernedId,
  action,
  actions,
  since,
  until,
];

const PAGE = statement(
  'audit_page',
  `SELECT ${COLUMNS} FROM audit_events WHERE ${MATCHES} AND ($8::int IS NULL OR id < $8) ORDER BY id DESC LIMIT $9`,
);

/** Events before the one with the key `before`, newest first. */
export const auditPage = (
  db: Sql,
  filter: AuditFilter,
  before: number | null,
  limit: number,
): Promise<AuditEventRow[]> => db.query<AuditEventRow>(PAGE, [...values(filter), before, limit]);

const COUNT = statement('audit_count', `SELECT count(*)::int AS count FROM audit_events WHERE ${MATCHES}`);

export async function countAudit(db: Sql, filter: AuditFilter): Promise<number> {
  const rows = await db.query<{ count: number }>(COUNT, values(filter));
  return rows[0]!.count;
}

const BY_ID = statement(
  'audit_by_id',
  `SELECT ${COLUMNS} FROM audit_events
    WHERE id = ANY($1::int[]) AND (${concerns('$2::int')} OR ($3::boolean AND ($4::text[] IS NULL OR action = ANY($4))))`,
);

/** Some events by id: those that concern a user, and with `reader` those of the actions that the reader may see. */
export const auditById = (
  db: Sql,
  ids: readonly number[],
  concernedId: number,
  reader: Pick<AuditFilter, 'actions'> | null,
): Promise<AuditEventRow[]> =>
  db.query<AuditEventRow>(BY_ID, [ids, concernedId, reader !== null, reader?.actions ?? null]);
