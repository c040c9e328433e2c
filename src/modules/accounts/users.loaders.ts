import type { Database } from '../../db/index.js';
import { loadBatched } from '../../graphql/batch.js';
import type { Context } from '../../graphql/context.js';
import { groupBy } from '../../shared/group-by.js';
import type { Soon } from '../../shared/soon.js';
import { identitiesOf, type IdentityRow } from '../identities/identities.store.js';
import { grantsOf, type RoleGrantRow } from '../roles/roles.store.js';
import type { KnownUsers } from './known-users.js';
import { botsOf, type UserRow } from './users.store.js';

const USER = {};
const GRANTS = {};
const IDENTITIES = {};
const BOTS = {};

/** What fields read of accounts, gathered over the whole request. */
export class UserLoaders {
  constructor(
    private readonly db: Database,
    private readonly known: KnownUsers,
  ) {}

  /** The account of an id, or the one that it was merged into. */
  byId(context: Context, id: number): Soon<UserRow | null> {
    return this.known.get(id) ?? this.stored(context, id);
  }

  private async stored(context: Context, id: number): Promise<UserRow | null> {
    return (await loadBatched(context, USER, null, id, (ids: number[]) => this.known.read(ids))) ?? null;
  }

  /** What a user was granted, oldest first; the role that everyone has is not among it. */
  async grants(context: Context, userId: number): Promise<RoleGrantRow[]> {
    const rows = await loadBatched(context, GRANTS, null, userId, async (ids: number[]) =>
      groupBy(await grantsOf(this.db, ids, context.now()), (row) => row.userId),
    );
    return rows ?? [];
  }

  async identities(context: Context, userId: number): Promise<IdentityRow[]> {
    const rows = await loadBatched(context, IDENTITIES, null, userId, async (ids: number[]) =>
      groupBy(await identitiesOf(this.db, ids), (row) => row.userId),
    );
    return rows ?? [];
  }

  async bots(context: Context, ownerId: number): Promise<UserRow[]> {
    const rows = await loadBatched(context, BOTS, null, ownerId, async (ids: number[]) =>
      groupBy(await botsOf(this.db, ids), (row) => row.ownerId!),
    );
    return rows ?? [];
  }
}
