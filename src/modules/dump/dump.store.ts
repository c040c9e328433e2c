import { inBatches, type Tx } from '../../db/index.js';
import { endAt } from '../history/chain.js';
import { historyHead } from '../history/history.store.js';
import type { DumpHeader } from './dump-format.js';
import { columnOf, SECTIONS, type Section } from './sections.js';

/** What the first line tells of the database. */
export type DumpFacts = Pick<DumpHeader, 'schema' | 'counts' | 'nextIds' | 'history'>;

const COUNTS = `SELECT ${SECTIONS.map(({ name, table }) => `(SELECT count(*)::int FROM ${table}) AS "${name}"`).join(', ')}`;

const NEXT_IDS = `SELECT ${SECTIONS.filter(({ numbered }) => numbered)
  .map(({ name, table }) => `(SELECT (last_value + is_called::int)::int FROM ${table}_id_seq) AS "${name}"`)
  .join(', ')}`;

const SCHEMA = `SELECT max(migration_name) AS schema FROM _prisma_migrations
  WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;

/** How much there is, and where the history ends. */
export async function readFacts(tx: Tx): Promise<DumpFacts> {
  const [counts] = await tx.query<Record<string, number>>(COUNTS);
  const [nextIds] = await tx.query<Record<string, number>>(NEXT_IDS);
  const [{ schema }] = (await tx.query<{ schema: string }>(SCHEMA)) as [{ schema: string }];
  const head = await historyHead(tx);
  const changes = endAt({ sequence: head.changeSequence, hash: head.changeHash });
  const decisions = endAt({ sequence: head.decisionSequence, hash: head.decisionHash });
  return { schema, counts: counts!, nextIds: nextIds!, history: { changes, decisions } };
}

/** The rows of a section as the driver gives them, by the names of the file. */
export function sectionRows(
  tx: Tx,
  { table, fields, made = {}, order, large }: Section,
): AsyncGenerator<Record<string, unknown>[]> {
  const columns = Object.keys(fields).map((field) => `${made[field] ?? `"${columnOf(field)}"`} AS "${field}"`);
  return inBatches(tx, `SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${order}`, [], large ? 1 : undefined);
}
