// Proposals by hand. The chain makes each wait for the one before it, so what counts is how long the pen is held: two messages hold
// it, each a simple query of several statements, which were prepared when the connection was made. Between them names are checked
// and changes sealed here, by the service's own functions: there is one chain. Nothing runs inside the database but SQL.
// The statements read apart from the lock: one that both waits for the pen and reads would see what was there before its wait.
import type { IncomingHttpHeaders } from 'node:http';
import pg from 'pg';
import { hashSecret } from '../src/auth/secrets.js';
import { joinStaged } from '../src/modules/changes/change.js';
import { sealChange, sealDecision, type SealedChange } from '../src/modules/history/seal.js';

// $1 hash of the token, $2 now. No row, and no pen, for a token that is not good. The join takes its rows from before the wait and
// those of history_head from after it.
const PEN = `
  PREPARE propose_pen (bytea, timestamptz) AS
  WITH touched AS (
    UPDATE api_tokens SET last_used_at = $2
     WHERE hash = $1 AND expires_at > $2 AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute'))
  SELECT u.id, t.permissions, t.game_version_ids, (
           SELECT json_agg(json_build_array(g.role, g.game_version_id)) FROM role_grants g
            WHERE g.user_id IN (u.id, p.id) AND g.revoked_at IS NULL AND g.valid_from <= $2
              AND (g.valid_until IS NULL OR g.valid_until > $2)),
         h.change_sequence, encode(h.change_hash, 'hex'), h.decision_sequence, encode(h.decision_hash, 'hex')
    FROM api_tokens t JOIN users u ON u.id = t.user_id JOIN users p ON p.id = coalesce(u.owner_id, u.id)
    CROSS JOIN history_head h
   WHERE t.hash = $1 AND t.expires_at > $2
     AND u.erased_at IS NULL AND u.merged_into_id IS NULL AND p.erased_at IS NULL AND p.merged_into_id IS NULL
     AND (u.suspended_until IS NULL OR u.suspended_until <= $2) AND (p.suspended_until IS NULL OR p.suspended_until <= $2)
     FOR UPDATE OF h`;

// $1 version, $2 ids, $3 now. Staged changes are looked up one by one, as the service does: there are more of them than statistics know.
const ENTRIES = `
  PREPARE propose_entries (text, text[], timestamptz) AS
  SELECT v.id, v.frozen, a.position, m.kind, m.name, m.documentation, m.fixed, m.is_constructor, l.mapping_id IS NOT NULL,
         s.sequence, s.new_name, s.new_documentation
    FROM game_versions v CROSS JOIN unnest($2) WITH ORDINALITY AS a(srg, position)
    JOIN mappings m ON m.version_id = v.id AND m.srg = a.srg
    LEFT JOIN mapping_locks l ON l.mapping_id = m.id AND (l.until IS NULL OR l.until > $3)
    ${joinStaged('m', 's')}
   WHERE v.name = $1 ORDER BY a.position, m.kind`;

// $1 version, $2 ids, $3 the names they are to have: the positions of those that somebody else has, or is to have, in the same place.
const TAKEN = `
  PREPARE propose_taken (text, text[], text[]) AS
  WITH batch AS MATERIALIZED (
    SELECT a.position, m.version_id, m.id, m.kind, m.method_id,
           CASE WHEN m.kind = 'CLASS' AND strpos(a.name, '/') = 0
                THEN regexp_replace(coalesce(m.name, m.srg), '[^/]*$', '') || a.name ELSE a.name END AS name
      FROM game_versions v CROSS JOIN unnest($2, $3) WITH ORDINALITY AS a(srg, name, position)
      JOIN mappings m ON m.version_id = v.id AND m.srg = a.srg
     WHERE v.name = $1 AND NOT m.fixed
  ), others AS (
    SELECT m.id, m.kind, m.method_id, m.name FROM batch b JOIN mappings m ON m.version_id = b.version_id AND m.name = b.name
       ${joinStaged('m', 'c')}
     WHERE (c.sequence IS NULL OR c.new_name IS NOT DISTINCT FROM m.name) AND m.id NOT IN (SELECT id FROM batch)
    UNION ALL
    SELECT m.id, m.kind, m.method_id, c.new_name
      FROM batch b CROSS JOIN LATERAL (SELECT * FROM changes WHERE new_name = b.name OFFSET 0) c
      JOIN mappings m ON m.version_id = c.version_id AND m.srg = c.srg AND m.kind = c.kind
     WHERE c.version_id = b.version_id AND c.state = 'STAGED' AND m.id NOT IN (SELECT id FROM batch)
    UNION ALL SELECT id, kind, method_id, name FROM batch
  )
  SELECT DISTINCT b.position FROM batch b JOIN others o ON o.name = b.name AND o.kind = b.kind AND o.id <> b.id
   WHERE CASE b.kind WHEN 'CLASS' THEN true WHEN 'PARAMETER' THEN o.method_id = b.method_id ELSE EXISTS (
           SELECT FROM declarations x JOIN declarations y ON y.owner_id = x.owner_id
            WHERE x.member_id = b.id AND y.member_id = o.id AND (b.kind = 'FIELD' OR
                  split_part(coalesce(x.srg_descriptor, x.obf_descriptor, ''), ')', 1)
                    = split_part(coalesce(y.srg_descriptor, y.obf_descriptor, ''), ')', 1))) END`;

// $1 sequence, $2 changes, $3 by, $4 now, $5 hash.
const SUPERSEDE = `
  PREPARE propose_supersede (int, int[], int, timestamptz, bytea) AS
  WITH decision AS (
    INSERT INTO change_decisions (sequence, state, changes, by_id, decided_at, hash) VALUES ($1, 'SUPERSEDED', $2, $3, $4, $5))
  UPDATE changes SET state = 'SUPERSEDED', decision = $1 WHERE sequence = ANY($2)`;

// $1 changes as JSON, $2 version's id, $3 author, $4 batch, $5 now, $6 and $7 the end of the changes, $8 and $9 of the decisions.
const APPEND = `
  PREPARE propose_append (json, int, int, int, timestamptz, int, bytea, int, bytea) AS
  WITH written AS (
    INSERT INTO changes (sequence, version_id, kind, srg, old_name, new_name, old_documentation, new_documentation, forced,
                         author_id, batch, supersedes, created_at, hash, state)
    SELECT r.sequence, $2, r.kind, r.srg, r."oldName", r."newName", r."oldDocumentation", r."newDocumentation", true,
           $3, $4, r.supersedes, $5, decode(r.hash, 'hex'), 'STAGED'
      FROM json_to_recordset($1) AS r(sequence int, kind mapping_kind, srg text, "oldName" text, "newName" text,
        "oldDocumentation" text, "newDocumentation" text, supersedes int, hash text)
  ), bumped AS (
    UPDATE game_versions SET head = head + 1 WHERE id = $2
  )
  UPDATE history_head SET change_sequence = $6, change_hash = $7, decision_sequence = $8, decision_hash = $9
  RETURNING pg_notify('history', '')`;

/** Run once on each connection. */
export const PREPARE_PROPOSE = [PEN, ENTRIES, TAKEN, SUPERSEDE, APPEND].join(';');

interface Proposal {
  version: string;
  changes: { srg: string; name: string }[];
}

type Row = (string | null)[];

const text = pg.escapeLiteral;
const bytes = (value: Uint8Array) => `'\\x${Buffer.from(value).toString('hex')}'`;
const textArray = (values: string[]) =>
  text(`{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`);

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const RESERVED = new Set(
  `abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float
   for goto if implements import instanceof int interface long native new package private protected public return short static
   strictfp super switch synchronized this throw throws transient try void volatile while _ true false null`.split(
    /\s+/,
  ),
);

/** What is wrong with the spelling of a name; its style is overridden by force. */
function spellingFault(kind: string, name: string): string | null {
  if (name.length > 255) return 'TOO_LONG';
  const parts = kind === 'CLASS' ? name.split('/') : [name];
  if (!parts.every((part) => IDENTIFIER.test(part))) return 'NOT_AN_IDENTIFIER';
  if (parts.some((part) => RESERVED.has(part))) return 'RESERVED_WORD';
  return parts.at(-1)!.length > 32 ? 'TOO_LONG' : null;
}

/** Roles with MAPPING_PROPOSE, MAPPING_FORCE and MAPPING_LOCK. */
const FORCING = new Set(['MAINTAINER', 'RELEASE_MANAGER', 'ADMIN']);

/** What a credential may do for a version, or nothing: `permissions` and `versions` are arrays as PostgreSQL writes them. */
function permissionsFor(versionId: string, permissions: string, versions: string, grants: string | null): Set<string> {
  const list = (array: string) => (array === '{}' ? [] : array.slice(1, -1).split(','));
  const ofToken = list(versions);
  if (ofToken.length > 0 && !ofToken.includes(versionId)) return new Set();
  const held = (JSON.parse(grants ?? '[]') as [string, number | null][]).some(
    ([role, id]) => FORCING.has(role) && (id ?? Number(versionId)) === Number(versionId),
  );
  return new Set(held ? list(permissions) : []);
}

const refusal = (codes: string[]) =>
  `{"data":{"proposeChanges":{"changes":[],"userErrors":[${codes.map((code) => `{"code":"${code}"}`).join(',')}]}}}`;

/** Values stay the text that PostgreSQL sent. */
const types = { getTypeParser: () => (value: string) => value };

async function rowsOf(client: pg.PoolClient, sql: string): Promise<Row[][]> {
  const results = await client.query({ text: sql, rowMode: 'array', types } as pg.QueryArrayConfig);
  return (results as unknown as pg.QueryArrayResult<Row>[]).map(({ rows }) => rows);
}

async function inTransaction(client: pg.PoolClient, proposal: Proposal, token: string): Promise<string> {
  const { version } = proposal;
  const wanted = proposal.changes.map(({ srg, name }) => ({ srg: srg.trim(), name: name.trim() }));
  const createdAt = new Date();
  const now = `'${createdAt.toISOString()}'`;
  const ids = textArray(wanted.map(({ srg }) => srg));
  const [, [pen], entries, taken] = (await rowsOf(
    client,
    `BEGIN; EXECUTE propose_pen(${bytes(hashSecret(token))}, ${now});
     EXECUTE propose_entries(${text(version)}, ${ids}, ${now});
     EXECUTE propose_taken(${text(version)}, ${ids}, ${textArray(wanted.map(({ name }) => name))})`,
  )) as [Row[], Row[], Row[], Row[]];
  if (pen === undefined) throw new Error('The token is not good.');
  const [user, permissions, versions, grants, ...head] = pen;
  const found: Row[][] = wanted.map(() => []);
  for (const row of entries) found[Number(row[2]) - 1]!.push(row);
  const missing = found.flatMap((rows) => (rows.length === 1 ? [] : [rows.length === 0 ? 'NOT_FOUND' : 'AMBIGUOUS']));
  if (new Set(wanted.map(({ srg }) => srg)).size < wanted.length) missing.push('AMBIGUOUS');
  const first = entries[0];
  if (first === undefined) return refusal(missing);
  const [versionId, isFrozen] = first;
  if (isFrozen === 't') return refusal(['FROZEN']);
  const may = permissionsFor(versionId!, permissions!, versions!, grants!);
  if (!may.has('MAPPING_PROPOSE') || !may.has('MAPPING_FORCE')) throw new Error('The token may not force names.');

  const takenAt = new Set(taken.map(([position]) => Number(position) - 1));
  const faults: string[] = [];
  const authorId = Number(user);
  let sequence = Number(head[0]);
  let hash: Buffer = Buffer.from(head[1]!, 'hex');
  const batch = sequence + 1;
  const superseded: number[] = [];
  const written: object[] = [];
  let answer = '';
  wanted.forEach(({ srg, name: given }, i) => {
    const row = found[i]!;
    if (row.length !== 1) return;
    const [, , , kind, oldName, oldDocumentation, fixed, isConstructor, locked, staged, stagedName, stagedDocumentation] =
      row[0]!; // prettier-ignore
    const current = oldName ?? srg;
    const newName =
      kind === 'CLASS' && !given.includes('/') ? current.slice(0, current.lastIndexOf('/') + 1) + given : given;
    if (locked === 't' && !may.has('MAPPING_LOCK')) faults.push('LOCKED');
    if (newName === (staged === null ? oldName : stagedName)) return void faults.push('NO_CHANGE');
    if (isConstructor === 't') faults.push('CONSTRUCTOR');
    else if (fixed === 't') faults.push('FIXED_NAME');
    const fault = fixed === 't' || newName === oldName ? null : spellingFault(kind!, newName);
    if (fault !== null) faults.push(fault);
    if (takenAt.has(i)) faults.push('NAME_TAKEN');
    if (staged !== null) superseded.push(Number(staged));
    sequence += 1;
    const change: SealedChange = {
      sequence,
      version,
      kind: kind as SealedChange['kind'],
      srg,
      oldName: oldName!,
      newName,
      oldDocumentation: oldDocumentation!,
      newDocumentation: staged === null ? oldDocumentation! : stagedDocumentation!,
      reason: null,
      forced: true,
      authorId,
      via: null,
      batch,
      supersedes: staged === null ? null : Number(staged),
      createdAt,
    };
    hash = sealChange(hash, change);
    written.push({ ...change, hash: hash.toString('hex') });
    answer += `${answer === '' ? '' : ','}{"srg":"${srg}","newName":"${newName}","state":"STAGED"}`;
  });
  if (missing.length + faults.length > 0) return refusal([...missing, ...faults]);

  let decisionSequence = Number(head[2]);
  let decisionHash: Buffer = Buffer.from(head[3]!, 'hex');
  let decide = '';
  if (superseded.length > 0) {
    decisionSequence += 1;
    decisionHash = sealDecision(decisionHash, {
      sequence: decisionSequence,
      state: 'SUPERSEDED',
      changes: superseded,
      byId: authorId,
      via: null,
      reason: null,
      decidedAt: createdAt,
    });
    decide = `EXECUTE propose_supersede(${decisionSequence}, '{${superseded.join(',')}}', ${authorId}, ${now}, ${bytes(decisionHash)});`;
  }
  // Two statements, as a name is staged only once what was staged is not.
  await client.query(
    `${decide} EXECUTE propose_append(${text(JSON.stringify(written))}, ${versionId}, ${authorId}, ${batch}, ${now},
       ${sequence}, ${bytes(hash)}, ${decisionSequence}, ${bytes(decisionHash)}); COMMIT`,
  );
  return `{"data":{"proposeChanges":{"changes":[${answer}],"userErrors":[]}}}`;
}

/** Stages names by force, all or none. */
export async function propose(pool: pg.Pool, proposal: Proposal, headers: IncomingHttpHeaders): Promise<string> {
  const client = await pool.connect();
  let done = false;
  try {
    const answer = await inTransaction(client, proposal, headers.authorization?.slice('Bearer '.length) ?? '');
    done = answer.endsWith('"userErrors":[]}}}');
    return answer;
  } finally {
    if (!done) await client.query('ROLLBACK');
    client.release();
  }
}
