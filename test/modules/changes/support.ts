import { expect } from 'vitest';
import { encodeId } from '../../../src/graphql/ids.js';
import type { TestClient } from '../../support/client.js';
import type { TestService } from '../../support/service.js';

/** A change as the tests ask for it. */
export interface ToldChange {
  id: string;
  sequence: number;
  kind: string;
  srg: string;
  state: string;
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  reason: string | null;
  forced: boolean;
  via: string | null;
  batch: string;
  createdAt: string;
  decidedAt: string | null;
  decisionReason: string | null;
  author: { handle: string } | null;
  decidedBy: { handle: string } | null;
  version: { name: string };
}

export interface ToldProblem {
  code: string;
  severity: 'ERROR' | 'WARNING';
  path: string[] | null;
  message: string;
  conflictsWith: { srg: string }[];
}

export interface ToldChanges {
  changes: ToldChange[];
  batch?: string | null;
  count?: number;
  userErrors: ToldProblem[];
}

export interface ToldOne {
  change: ToldChange | null;
  userErrors: ToldProblem[];
}

export const CHANGE = `id sequence kind srg state oldName newName oldDocumentation newDocumentation reason forced via batch
  createdAt decidedAt decisionReason author { handle } decidedBy { handle } version { name }`;
const PROBLEMS = `userErrors { code severity path message conflictsWith { srg } }`;

export const PROPOSE = `mutation ($input: ProposeChangesInput!) {
  proposeChanges(input: $input) { changes { ${CHANGE} } batch ${PROBLEMS} } }`;
export const COMMIT = `mutation ($input: CommitChangesInput!) {
  commitChanges(input: $input) { changes { ${CHANGE} } count ${PROBLEMS} } }`;
export const REJECT = `mutation ($input: RejectChangeInput!) {
  rejectChange(input: $input) { change { ${CHANGE} } ${PROBLEMS} } }`;
export const UNDO = `mutation ($input: ChangeInput!) { undoChange(input: $input) { change { ${CHANGE} } ${PROBLEMS} } }`;
export const REDO = `mutation ($input: ChangeInput!) { redoChange(input: $input) { change { ${CHANGE} } ${PROBLEMS} } }`;

export interface Edit {
  srg: string;
  name?: string | null;
  documentation?: string | null;
  oldName?: string | null;
}

export interface ProposeOptions {
  version?: string;
  reason?: string;
  force?: boolean;
  dryRun?: boolean;
}

/** Edits that give names: `{ func_1_a: 'tick' }`. */
export const naming = (names: Record<string, string>): Edit[] =>
  Object.entries(names).map(([srg, name]) => ({ srg, name }));

/** Proposes through the interface; what is refused by the rules is in `userErrors`. */
export async function propose(
  client: TestClient,
  changes: readonly Edit[],
  options: ProposeOptions = {},
): Promise<ToldChanges> {
  const { proposeChanges } = await client.query(PROPOSE, { input: { ...options, changes } });
  return proposeChanges as ToldChanges;
}

/** Proposes what must pass. */
export async function staged(
  client: TestClient,
  changes: readonly Edit[],
  options: ProposeOptions = {},
): Promise<ToldChange[]> {
  const outcome = await propose(client, changes, options);
  expect(outcome.userErrors).toEqual([]);
  expect(outcome.changes).toHaveLength(changes.length);
  return outcome.changes;
}

export const commit = async (client: TestClient, input: object = {}): Promise<ToldChanges> =>
  (await client.query(COMMIT, { input })).commitChanges as ToldChanges;
export const reject = async (client: TestClient, change: string, reason = 'a test'): Promise<ToldOne> =>
  (await client.query(REJECT, { input: { change, reason } })).rejectChange as ToldOne;
export const undo = async (client: TestClient, srg: string, version?: string): Promise<ToldOne> =>
  (await client.query(UNDO, { input: { srg, version } })).undoChange as ToldOne;
export const redo = async (client: TestClient, srg: string, version?: string): Promise<ToldOne> =>
  (await client.query(REDO, { input: { srg, version } })).redoChange as ToldOne;

/** Problems in short, in their order: `NAME_TAKEN changes.0.name func_2_b`; warnings with a `?`. */
export const told = ({ userErrors }: { userErrors: ToldProblem[] }): string[] =>
  userErrors.map(({ code, severity, path, conflictsWith }) =>
    [
      `${code}${severity === 'WARNING' ? '?' : ''}`,
      ...(path === null ? [] : [path.join('.')]),
      ...conflictsWith.map(({ srg }) => srg),
    ].join(' '),
  );

/** Everything that naming writes: entries, changes, decisions, the ends of both chains and the audit log. */
export async function namingState({ db }: TestService): Promise<object> {
  const rows = await db.query(
    `SELECT (SELECT json_agg(json_build_array(m.id, m.name, m.server_name, m.documentation) ORDER BY m.id) FROM mappings m) AS entries,
            (SELECT json_agg(c ORDER BY c.sequence) FROM changes c) AS changes,
            (SELECT json_agg(d ORDER BY d.sequence) FROM change_decisions d) AS decisions,
            (SELECT json_agg(h) FROM history_head h) AS head,
            (SELECT json_agg(v.head ORDER BY v.id) FROM game_versions v) AS versions,
            (SELECT count(*)::int FROM audit_events) AS events`,
  );
  return rows[0]!;
}

/** What an entry is called, and what is staged for it: `tick`, `tick -> update`. */
export async function nameOf({ db }: TestService, version: string, srg: string): Promise<string> {
  const rows = await db.query<{ name: string | null; staged: boolean; next: string | null }>(
    `SELECT m.name, c.sequence IS NOT NULL AS staged, c.new_name AS next
       FROM mappings m JOIN game_versions v ON v.id = m.version_id AND v.name = $1
       LEFT JOIN changes c ON c.version_id = m.version_id AND c.srg = m.srg AND c.kind = m.kind AND c.state = 'STAGED'
      WHERE m.srg = $2`,
    [version, srg],
  );
  const { name, staged: isStaged, next } = rows[0]!;
  return `${name ?? '-'}${isStaged ? ` -> ${next ?? '-'}` : ''}`;
}

/** The states of all changes of an entry, oldest first: `tick COMMITTED`. */
export async function statesOf({ db }: TestService, version: string, srg: string): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `SELECT coalesce(c.new_name, '-') || ' ' || c.state AS line
       FROM changes c JOIN game_versions v ON v.id = c.version_id WHERE v.name = $1 AND c.srg = $2 ORDER BY c.sequence`,
    [version, srg],
  );
  return rows.map(({ line }) => line);
}

/** Gives entries names as an import would, without history. */
export async function setNames(
  { db }: TestService,
  version: string,
  names: Record<string, string | null>,
): Promise<void> {
  await db.query(
    `UPDATE mappings m SET name = n.name FROM game_versions v, unnest($2::text[], $3::text[]) AS n(srg, name)
      WHERE v.name = $1 AND m.version_id = v.id AND m.srg = n.srg`,
    [version, Object.keys(names), Object.values(names)],
  );
}

export async function versionId({ db }: TestService, name: string): Promise<number> {
  const rows = await db.query<{ id: number }>(`SELECT id FROM game_versions WHERE name = $1`, [name]);
  return rows[0]!.id;
}

export const changeId = (sequence: number): string => encodeId('Change', sequence);
export const batchIdOf = (sequence: number): string => encodeId('Batch', sequence);

/** Two classes that share a method, each with members of its own; `Gamma` stands apart. */
export const SCOPES = `a net/minecraft/Alpha
	a field_1_a
	b field_2_b
	ONE ONE
	a (IJ)V func_10_a
	b (IJ)Z func_11_b
	c (I)V func_12_c
	d (La;)V func_13_d
	e (La;)Lb; func_14_e
	equals (Ljava/lang/Object;)Z equals
	f (Ljava/lang/Object;)Z func_15_f
b net/minecraft/Beta
	a field_3_a
	a (IJ)V func_10_a
	b (IJ)V func_16_b
	c (I)V func_17_c
c net/minecraft/Gamma
	a field_4_a
	a (IJ)V func_18_a
	b (III)V func_19_b
c$a net/minecraft/Gamma$Delta
	a field_5_a
`;
export const SCOPES_CONSTRUCTORS = '100 net/minecraft/Alpha (IJ)V\n101 net/minecraft/Gamma (I)V\n';
