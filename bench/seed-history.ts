import type { Database } from '../src/db/index.js';
import { writeHistory, type NewChange } from '../src/modules/history/history.store.js';
import type { MappingKind } from '../src/modules/mappings/mapping.js';
import { bumpHead } from '../src/modules/versions/versions.store.js';

/** A class with as many methods has a history of each. */
export const MEMBERS = 100;

/** Changes of each method. */
const CHANGES = 3;

/** Who made them, in turn. */
const AUTHORS = 20;

interface Method {
  versionId: number;
  kind: MappingKind;
  srg: string;
  name: string | null;
  documentation: string | null;
}

const METHODS = `
  SELECT DISTINCT m.version_id AS "versionId", m.kind, m.srg, m.name, m.documentation
    FROM declarations d JOIN mappings m ON m.id = d.member_id
   WHERE m.kind = 'METHOD' AND NOT m.is_constructor AND d.owner_id IN (
     SELECT d.owner_id FROM declarations d JOIN mappings m ON m.id = d.member_id
      WHERE m.kind = 'METHOD' AND NOT m.is_constructor GROUP BY 1 HAVING count(*) >= ${MEMBERS})
   ORDER BY m.srg`;

const DAY = 86_400_000;

/**
 * Writes three committed changes with their authors for every method of the large classes, the last back to the name that it has:
 * what is exported stays what was imported. Each call is one of somebody's, of every twentieth method.
 */
export async function seedHistory(db: Database, version: string): Promise<void> {
  const authors = await db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton)
     SELECT name, name, name FROM (SELECT 'benchauthor' || i AS name FROM generate_series(1, ${AUTHORS}) AS i) AS named RETURNING id`,
  );
  const methods = await db.query<Method>(METHODS);
  const newest = Date.now();
  await db.transaction((tx) =>
    writeHistory(tx, async (history) => {
      for (let round = 0; round < CHANGES; round += 1) {
        for (const [i, { id }] of authors.entries()) {
          const changes = methods
            .filter((_, place) => place % AUTHORS === (i + round) % AUTHORS)
            .map((method) => renamed(method, version, round));
          const at = new Date(newest - (CHANGES - round) * DAY + i);
          const by = { authorId: id, via: null, reason: null, forced: false, at };
          const written = await history.append(changes, by);
          const sequences = written.map(({ sequence }) => sequence);
          await history.decide('COMMITTED', sequences, { ...by, authorId: authors[0]!.id });
        }
      }
      for (const versionId of new Set(methods.map((method) => method.versionId))) await bumpHead(tx, versionId);
    }),
  );
}

/** The change of a round: to one other name, to a second one, and back. */
function renamed({ name, documentation, ...entry }: Method, version: string, round: number): NewChange {
  const names = [name, `${name ?? entry.srg}Before`, `${name ?? entry.srg}Again`, name];
  return {
    ...entry,
    version,
    oldName: names[round]!,
    newName: names[round + 1]!,
    oldDocumentation: documentation,
    newDocumentation: documentation,
    supersedes: null,
    state: 'COMMITTED',
  };
}
