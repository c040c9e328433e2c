import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { parseNames } from '../../../src/modules/formats/index.js';
import { snapshotNumber } from '../../../src/modules/releases/release-names.js';
import { verifyReleases } from '../../../src/modules/releases/verify-releases.service.js';
import { runAndKill } from '../../support/killed-process.js';
import { openPlace, type Place } from '../../support/place.js';
import { importText } from '../../support/versions.js';
import { DAY } from './support.js';

const VERSION = '1.0';
const FIELDS = 5_000;
const FIELDS_OF_CLASS = 20;
/** A directory takes seconds to open, twice a round. */
const KILLS = inject('postgresql') === null ? 3 : 20;

let place: Place;
beforeAll(async () => {
  place = await openPlace();
  const lines = Array.from({ length: FIELDS / FIELDS_OF_CLASS }, (_, i) => [
    `c${i} net/minecraft/Class${i}`,
    ...Array.from({ length: FIELDS_OF_CLASS }, (_, j) => `\tf${j} field_${i * FIELDS_OF_CLASS + j + 1}_a`),
  ]);
  await place.open((db) => importText(db, VERSION, lines.flat().join('\n')));
});
afterAll(() => place.remove());

/** Gives every field another name. */
const rename = (round: number): Promise<unknown> =>
  place.open((db) => {
    const rows = Array.from(
      { length: FIELDS },
      (_, i) => `field_${i + 1}_a,round${round}Field${i},2,Of round ${round}.`,
    );
    const text = ['searge,name,side,desc', ...rows, ''].join('\r\n');
    return importNames(db, { version: VERSION, files: [parseNames('fields.csv', Buffer.from(text))] });
  });

const dayOf = (round: number) => new Date(Date.UTC(2020, 0, 1) + round * DAY);

/** Publishes in another process. @param killAfter milliseconds of the work; null lets it be done @returns how long it took */
const publish = (round: number, killAfter: number | null) =>
  runAndKill(
    join(import.meta.dirname, 'publish-process.ts'),
    { VERSION, NOW: dayOf(round).toISOString(), ...place.settings },
    killAfter,
  );

/** How much of the release of a round is there, and whether all there are are whole. */
const leftOf = (round: number) =>
  place.open(async (db) => {
    const number = snapshotNumber(dayOf(round));
    const [counted] = await db.transaction(async (tx) => {
      // The server may still be about what the process had sent; whoever gets the pen after it sees what became of that.
      await tx.query(`SELECT FROM history_head FOR UPDATE`);
      return tx.query<{ releases: number; files: number; changes: number; told: number }>(
        `SELECT (SELECT count(*)::int FROM releases WHERE number = $1) AS releases,
                (SELECT count(*)::int FROM release_files f JOIN releases r ON r.id = f.release_id WHERE r.number = $1) AS files,
                (SELECT count(*)::int FROM release_changes c JOIN releases r ON r.id = c.release_id WHERE r.number = $1) AS changes,
                (SELECT count(*)::int FROM audit_events WHERE detail = 'snapshot_' || $1::text || '-' || $2) AS told`,
        [number, VERSION],
      );
    });
    const { problem } = await verifyReleases(db);
    return { ...counted!, problem };
  });

test(
  `a process killed in the middle of publishing ${FIELDS} names, ${KILLS} times, leaves a whole release or none`,
  { timeout: 900_000 },
  async () => {
    const whole = { releases: 1, files: 3, changes: FIELDS, told: 1, problem: null };
    const absent = { releases: 0, files: 0, changes: 0, told: 0, problem: null };
    let duration = 0;
    for (const round of [0, 1]) {
      await rename(round);
      duration = await publish(round, null);
      expect(await leftOf(round)).toEqual(whole);
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const round = kill + 2;
      await rename(round);
      await publish(round, ((kill + Math.random()) / KILLS) * duration * 1.2);
      const left = await leftOf(round);
      expect(left).toEqual(left.releases === 0 ? absent : whole);
      if (left.releases > 0) continue;
      // It can be published still.
      duration = await publish(round, null);
      expect(await leftOf(round)).toEqual(whole);
    }
  },
);
