import { statement, type Sql } from '../../db/index.js';
import { allVersions } from '../versions/versions.store.js';

const RELEASES = statement(
  'export_releases',
  `SELECT r.name, y.reason AS yanked FROM releases r LEFT JOIN release_yanks y ON y.release_id = r.id ORDER BY r.id DESC`,
);

/** What is exported: names of game versions, and of releases with why they are not to be used; newest first. */
export async function exportTargets(
  db: Sql,
): Promise<{ versions: string[]; releases: { name: string; yanked: string | null }[] }> {
  const versions = await allVersions(db);
  const releases = await db.query<{ name: string; yanked: string | null }>(RELEASES);
  return { versions: versions.map(({ name }) => name), releases };
}
