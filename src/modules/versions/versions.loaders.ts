import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { groupBy } from '../../shared/group-by.js';
import { after, type Soon } from '../../shared/soon.js';
import type { ReadModels } from '../read-model/read-models.js';
import { coverageOf, type CoverageRow, type GameVersionRow } from './versions.store.js';

/** The versions of a request: where they are not in memory, they are one small statement. */
const ALL = {};
const COVERAGE = {};

/** What fields read of versions, gathered over the whole request. */
export class VersionLoaders {
  constructor(
    private readonly db: Database,
    private readonly models: ReadModels,
  ) {}

  byId(context: Context, id: number): Soon<GameVersionRow | null> {
    const versions = context.once(ALL, () => this.models.versions());
    return after(versions, (all) => all.find((version) => version.id === id) ?? null);
  }

  async coverage(context: Context, id: number): Promise<CoverageRow[]> {
    const rows = await loadBatched(context, COVERAGE, null, id, async (ids: number[]) =>
      groupBy(await coverageOf(this.db, ids), (row) => row.versionId),
    );
    return rows ?? [];
  }
}
