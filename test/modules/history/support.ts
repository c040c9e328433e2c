import { RoleName } from '../../../src/auth/permissions.js';
import type { Caller } from '../../../src/auth/caller.js';
import type { Database } from '../../../src/db/index.js';
import { actorWith } from '../../support/actors.js';

/** Somebody who calls services in this process, with the role of a maintainer unless said otherwise. */
export const callerWith = (userId: number, roles: readonly RoleName[] = [RoleName.MAINTAINER]): Caller => ({
  actor: actorWith([RoleName.USER, ...roles], { id: String(userId) }),
  now: new Date(),
  address: null,
  device: null,
  cookies: null,
});

let people = 0;

/** An account, made by SQL. @returns its id */
export async function addUser(db: Database): Promise<number> {
  people += 1;
  const handle = `writer${people}`;
  const [made] = await db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton) VALUES ($1, $1, $2) RETURNING id`,
    [handle, `skeleton of ${handle}`],
  );
  return made!.id;
}

/** SRG ids of methods and fields of a version that have no name. */
export async function unnamedIds(db: Database, version: string, limit: number): Promise<string[]> {
  const rows = await db.query<{ srg: string }>(
    `SELECT m.srg FROM mappings m JOIN game_versions v ON v.id = m.version_id
      WHERE v.name = $1 AND m.name IS NULL AND NOT m.fixed AND m.kind IN ('METHOD', 'FIELD') ORDER BY m.srg LIMIT $2`,
    [version, limit],
  );
  return rows.map(({ srg }) => srg);
}
