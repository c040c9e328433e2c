import { inBatches, statement, type Sql, type Tx } from '../../db/index.js';
import type { MappingKind } from '../mappings/mapping.js';

/** Where a version has an entry. */
export interface EntryPlace {
  kind: MappingKind;
  srg: string;
  /** The SRG name of the first class that carries it (or its method); null for a class, and where no class is known to. */
  owner: string | null;
  classes: number;
}

const PLACES = statement(
  'comparison_places',
  `SELECT m.kind, m.srg, min(o.srg COLLATE "C") AS owner, count(DISTINCT o.id)::int AS classes
     FROM mappings m
     LEFT JOIN declarations d ON d.member_id = coalesce(m.method_id, m.id)
     LEFT JOIN mappings o ON o.id = d.owner_id
    WHERE m.version_id = $1 AND m.srg = ANY($2::text[])
    GROUP BY m.kind, m.srg`,
);

/** Those of these ids that a version has, and where. */
export const placesOf = (tx: Tx, versionId: number, srgs: readonly string[]): Promise<EntryPlace[]> =>
  tx.query<EntryPlace>(PLACES, [versionId, srgs]);

/** How many ids two classes of two versions share. */
export interface SharedMembers {
  base: string;
  head: string;
  shared: number;
}

/** Of each method and field that exactly one class carries, this class. */
const SOLE_OWNERS = (version: string) => `
  SELECT m.kind, m.srg, min(d.owner_id) AS owner FROM declarations d JOIN mappings m ON m.id = d.member_id
   WHERE d.version_id = ${version} AND NOT m.fixed GROUP BY m.kind, m.srg HAVING count(DISTINCT d.owner_id) = 1`;

const SHARED = statement(
  'comparison_shared_members',
  `SELECT bo.srg AS base, ho.srg AS head, count(*)::int AS shared
     FROM (${SOLE_OWNERS('$1')}) b
     JOIN (${SOLE_OWNERS('$2')}) h ON h.srg = b.srg AND h.kind = b.kind
     JOIN mappings bo ON bo.id = b.owner
     JOIN mappings ho ON ho.id = h.owner
    GROUP BY bo.srg, ho.srg`,
);

/** The classes of two versions that share members. */
export const sharedMembers = (tx: Tx, baseVersionId: number, headVersionId: number): Promise<SharedMembers[]> =>
  tx.query<SharedMembers>(SHARED, [baseVersionId, headVersionId]);

/** A member as one class of a version carries it, all in SRG names. */
export interface DeclaredMember {
  owner: string;
  kind: 'METHOD' | 'FIELD';
  srg: string;
  descriptor: string | null;
}

/** Where these members stand, class by class, fields before methods. */
export const declaredMembers = (tx: Tx, versionId: number, srgs: readonly string[]): AsyncGenerator<DeclaredMember[]> =>
  inBatches(
    tx,
    `SELECT o.srg AS owner, m.kind, m.srg, d.srg_descriptor AS descriptor
       FROM declarations d
       JOIN mappings m ON m.id = d.member_id
       JOIN mappings o ON o.id = d.owner_id
      WHERE d.version_id = $1 AND m.srg = ANY($2::text[]) AND NOT m.fixed
      ORDER BY o.srg COLLATE "C", m.kind DESC, m.srg COLLATE "C", d.srg_descriptor COLLATE "C"`,
    [versionId, srgs],
  );

/** A release as a changelog tells of it. */
export interface ToldRelease {
  id: number;
  name: string;
  publishedAt: Date;
  notes: string | null;
}

const CHAIN = statement(
  'comparison_releases',
  `WITH RECURSIVE chain AS (
     SELECT r.id, r.name, r.published_at, r.notes, r.previous_id, 1 AS place FROM releases r WHERE r.id = $2
     UNION ALL
     SELECT r.id, r.name, r.published_at, r.notes, r.previous_id, c.place + 1
       FROM chain c JOIN releases r ON r.id = c.previous_id WHERE c.id <> $1
   )
   SELECT id, name, published_at AS "publishedAt", notes FROM chain ORDER BY place`,
);

/** A release and those before it, newest first, as far as another one; to the first of all where that is none of them. */
export const releasesUpTo = (db: Sql, baseId: number, headId: number): Promise<ToldRelease[]> =>
  db.query<ToldRelease>(CHAIN, [baseId, headId]);

const CONTRIBUTORS = statement(
  'comparison_contributors',
  `SELECT u.handle, count(*)::int AS changes
     FROM release_changes rc
     JOIN changes c ON c.sequence = rc.change
     JOIN users a ON a.id = c.author_id
     JOIN users u ON u.id = coalesce(a.merged_into_id, a.id)
    WHERE rc.release_id = ANY($1::int[]) AND u.erased_at IS NULL
    GROUP BY u.handle
    ORDER BY count(*) DESC, u.handle COLLATE "C"`,
);

/** Whoever made the changes that releases brought in. */
export interface Contributor {
  handle: string;
  changes: number;
}

export const contributorsTo = (db: Sql, releaseIds: readonly number[]): Promise<Contributor[]> =>
  db.query<Contributor>(CONTRIBUTORS, [releaseIds]);
