import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { groupBy } from '../../shared/group-by.js';
import { allVersions, coverageOf, type CoverageRow, type GameVersionRow } from './versions.store.js';

const BY_ID = {};
const COVERAGE = {};

/** What fields read of versions, gathered over the whole request. */
export class VersionLoaders {
  constructor(private readonly db: Database) {}

  async byId(context: Context, id: number): Promise<GameVersionRow | null> {
    // Versions are few: all of them are one small statement.
    const all = async () => new Map((await allVersions(this.db)).map((version) => [version.id, version]));
    return (await loadBatched(context, BY_ID, null, id, all)) ?? null;
  }

  async coverage(context: Context, id: number): Promise<CoverageRow[]> {
    const rows = await loadBatched(context, COVERAGE, null, id, async (ids: number[]) =>
      groupBy(await coverageOf(this.db, ids), (row) => row.versionId),
    );
    return rows ?? [];
  }
}
