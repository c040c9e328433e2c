import { requirePermission, requirePresence } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { Permission } from '../../auth/permissions.js';
import type { Database, Tx } from '../../db/index.js';
import { userError } from '../../shared/user-errors.js';
import { originOf, record, type Origin } from '../audit/audit.store.js';
import { namedVersion } from '../changes/named-version.js';
import { writeHistory } from '../history/history.store.js';
import { callerNow } from '../roles/in-turn.js';
import { prepareRelease, type PreparedRelease, type ReleaseOrder } from './prepare-release.js';
import * as store from './publish.store.js';
import { CONTENT_FILE, releaseName, snapshotNumber, zipName, type ReleaseKey } from './release-names.js';
import type { ReleaseRules } from './release-rules.js';
import { releaseNotes } from './release-texts.js';
import { releaseByName, type ReleaseRow } from './releases.store.js';
import { requestRelease } from './requests.service.js';
import { deleteRequestOf, type RequestRow } from './requests.store.js';

/** By whom a release is published. */
export interface Publisher {
  /** For the audit log. */
  origin: Origin;
  publishedById: number | null;
  /** The second person, where one was asked for. */
  confirmedById: number | null;
  via: string | null;
  /** Looks, with the pen in hand and before anything is written, whether it still may be. @throws where it may not */
  check: (tx: Tx, prepared: PreparedRelease) => Promise<void>;
}

export interface Publication extends ReleaseOrder {
  /** Checked. */
  notes: string | null;
  /** Of a stable release: higher than all there are; the next one where it is null. */
  number: number | null;
}

/**
 * Publishes the names of a game version as they are at one instant: reads them first, then writes the release as a whole. What was
 * published meanwhile is compared with anew, so that of two publishers at once one comes too late.
 * @throws UserErrors NOT_FOUND, ALREADY_EXISTS, NOTHING_TO_RELEASE, INVALID_INPUT for the number, and what `check` throws
 */
export async function publish(db: Database, publication: Publication, by: Publisher): Promise<ReleaseRow> {
  for (;;) {
    const prepared = await prepareRelease(db, publication);
    const published = await db.transaction((tx) => writeHistory(tx, () => write(tx, publication, prepared, by)));
    if (published !== null) return published;
  }
}

/** @returns null where another release came between */
async function write(
  tx: Tx,
  { channel, now, notes, number: wanted }: Publication,
  prepared: PreparedRelease,
  by: Publisher,
): Promise<ReleaseRow | null> {
  const { version, previous, digest, head, entryCount, changes, content, zip, zipWithoutDocumentation } = prepared;
  const last = await store.lastRelease(tx, version.id, channel);
  if (last?.id !== previous?.id) return null;
  await by.check(tx, prepared);
  const number = channel === 'SNAPSHOT' ? snapshotNumber(now) : stableNumber(wanted, await store.highestStable(tx));
  const key: ReleaseKey = { channel, number, version: version.name };
  const name = releaseName(key);
  const id = await store.insertRelease(tx, {
    name,
    versionId: version.id,
    channel,
    number,
    publishedAt: now,
    publishedById: by.publishedById,
    confirmedById: by.confirmedById,
    via: by.via,
    notes,
    previousId: previous?.id ?? null,
    digest,
    changeSequence: head.changeSequence,
    decisionSequence: head.decisionSequence,
    entryCount,
    changeCount: changes.length,
  });
  await store.insertFile(tx, id, zipName(key, true), zip);
  await store.insertFile(tx, id, zipName(key, false), zipWithoutDocumentation);
  await store.insertFile(tx, id, CONTENT_FILE, content);
  await store.insertChanges(tx, id, changes);
  // Whatever asked for a stable release is answered by it.
  if (channel === 'STABLE') await deleteRequestOf(tx, version.id);
  await record(tx, by.origin, { action: 'release.publish', subjectId: null, detail: name });
  return releaseByName(tx, name);
}

function stableNumber(wanted: number | null, highest: number): number {
  if (wanted !== null && wanted <= highest) {
    const why = `The number of a stable release is higher than all there are: ${highest + 1} or more, not ${wanted}.`;
    throw userError('INVALID_INPUT', why, 'number');
  }
  return wanted ?? highest + 1;
}

/** The highest number that the name of a release has room for. */
const MAX_NUMBER = 999_999_999;

export interface ServicePublication extends ReleaseOrder {
  notes?: string | null;
  number?: number | null;
  /** What publishes: `shell`, `schedule`. */
  via: string;
}

/**
 * Publishes without a person: from the shell, or by the schedule. Nobody confirms it.
 * @throws UserErrors NOT_FOUND, ALREADY_EXISTS, NOTHING_TO_RELEASE, INVALID_INPUT
 */
export async function publishAsService(
  db: Database,
  { via, notes, number = null, ...order }: ServicePublication,
): Promise<ReleaseRow> {
  if (number !== null && order.channel === 'SNAPSHOT') {
    throw userError('INVALID_INPUT', 'The number of a snapshot is its day.', 'number');
  }
  if (number !== null && !(Number.isInteger(number) && number >= 1 && number <= MAX_NUMBER)) {
    throw userError('INVALID_INPUT', `A number is a whole one from 1 to ${MAX_NUMBER}.`, 'number');
  }
  return publish(
    db,
    { ...order, notes: releaseNotes(notes), number },
    {
      origin: { actorId: null, via, address: null },
      publishedById: null,
      confirmedById: null,
      via,
      check: async () => undefined,
    },
  );
}

export interface PublishInput {
  version: string;
  channel: ReleaseOrder['channel'];
  notes?: string | null;
}

/** A release, or the request for one that waits for a second person. */
export interface Published {
  release: ReleaseRow | null;
  request: RequestRow | null;
}

/** The person who publishes, with the rights of the instant at which it is written. */
export function personPublishing(caller: Caller, userId: number): Publisher {
  return {
    origin: originOf(caller),
    publishedById: userId,
    confirmedById: null,
    via: caller.actor.kind === 'SIGNED_IN' ? (caller.actor.client?.name ?? null) : null,
    check: async (tx, { version }) => {
      const { actor, now } = await callerNow(tx, caller);
      requirePermission(actor, Permission.RELEASE_PUBLISH, now, version.id);
    },
  };
}

/**
 * Publishes a game version. A stable release is a final one: it takes a person who has just proved presence, and where the rules say
 * so a second one; then it is asked for.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS, NOTHING_TO_RELEASE; AppError FORBIDDEN without the permission for the
 *   version, and for a stable release without fresh presence
 */
export async function publishRelease(
  db: Database,
  rules: ReleaseRules,
  caller: Caller,
  input: PublishInput,
): Promise<Published> {
  const actor = requirePermission(caller.actor, Permission.RELEASE_PUBLISH, caller.now, 'ANY');
  if (input.channel === 'STABLE') requirePresence(actor, caller.now);
  const notes = releaseNotes(input.notes);
  const version = await namedVersion(db, input.version);
  requirePermission(actor, Permission.RELEASE_PUBLISH, caller.now, version.id);
  const publication = { version: version.name, channel: input.channel, now: caller.now, notes, number: null };
  if (input.channel === 'STABLE' && rules.confirmStable) {
    return { release: null, request: await requestRelease(db, caller, publication) };
  }
  const release = await publish(db, publication, personPublishing(caller, Number(actor.user.id)));
  return { release, request: null };
}
