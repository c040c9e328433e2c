import { accountName, type ActorChanges, type Reading } from '../../auth/actor-changes.js';
import type { Database } from '../../db/index.js';
import { usersById, type UserRow } from './users.store.js';

/** So many are known at once; where there are more, the first read goes first. */
const CAPACITY = 10_000;

interface Known extends Reading {
  user: UserRow;
}

/** Accounts in memory, as anyone may see them, until something of them changes. */
export class KnownUsers {
  private readonly users = new Map<number, Known>();

  /** @param changes tells what has changed; null keeps none */
  constructor(
    private readonly db: Database,
    private readonly changes: ActorChanges | null,
  ) {}

  /** The account of an id, or the one that it was merged into; undefined where that is to be read. */
  get(id: number): UserRow | undefined {
    const known = this.users.get(id);
    if (known === undefined) return undefined;
    if (this.changes!.holds(known)) return known.user;
    this.users.delete(id);
    return undefined;
  }

  /** Reads accounts, and keeps them: see {@link usersById}. */
  async read(ids: readonly number[]): Promise<Map<number, UserRow>> {
    const mark = this.changes?.mark() ?? null;
    const found = await usersById(this.db, ids);
    if (mark === null) return found;
    for (const [id, user] of found) {
      this.users.set(id, { user, mark, concerned: [accountName(id), accountName(user.id)] });
    }
    for (const first of this.users.keys()) {
      if (this.users.size <= CAPACITY) break;
      this.users.delete(first);
    }
    return found;
  }
}
