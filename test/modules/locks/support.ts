import type { TestClient } from '../../support/client.js';
import type { TestService } from '../../support/service.js';

export const LOCK_FIELDS = 'lock { reason at until by { handle } }';

export const LOCK = `mutation ($input: LockMappingInput!) {
  lockMapping(input: $input) { mapping { srg ${LOCK_FIELDS} } userErrors { code message path } } }`;
export const UNLOCK = `mutation ($input: UnlockMappingInput!) {
  unlockMapping(input: $input) { mapping { srg ${LOCK_FIELDS} } userErrors { code message path } } }`;

export const lock = async (by: TestClient, srg: string, input: object = {}) =>
  (await by.query(LOCK, { input: { srg, ...input } })).lockMapping;
export const unlock = async (by: TestClient, srg: string, input: object = {}) =>
  (await by.query(UNLOCK, { input: { srg, ...input } })).unlockMapping;

/** The lock of an entry, as anybody reads it. */
export const lockOf = async (service: TestService, srg: string, version?: string) =>
  (
    await service
      .client()
      .query(`query ($srg: String!, $version: String) { mapping(srg: $srg, version: $version) { ${LOCK_FIELDS} } }`, {
        srg,
        version,
      })
  ).mapping.lock;

/** Everything that locking and managing versions writes. */
export const lockState = ({ db }: TestService) =>
  db.query(
    `SELECT (SELECT json_agg(l ORDER BY mapping_id) FROM mapping_locks l) AS locks,
            (SELECT json_agg(json_build_array(v.name, v.head, v.frozen, v.is_current) ORDER BY v.id) FROM game_versions v) AS versions,
            (SELECT count(*)::int FROM audit_events) AS events`,
  );

/** Lets a lock have ended a moment ago. */
export const endLocks = ({ db }: TestService) =>
  db.query(`UPDATE mapping_locks SET until = now() - interval '1 second', at = now() - interval '1 hour'`);

export const later = (milliseconds = 3_600_000): string => new Date(Date.now() + milliseconds).toISOString();
