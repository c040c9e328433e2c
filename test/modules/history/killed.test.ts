import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { proposeChanges } from '../../../src/modules/changes/propose.service.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import { openTestAuth } from '../../support/auth.js';
import { runAndKill } from '../../support/killed-process.js';
import { openPlace, type Place } from '../../support/place.js';
import { importText } from '../../support/versions.js';
import { addUser, callerWith } from './support.js';

const VERSION = '1.0';
const CHANGES = 1_000;
const FIELDS_OF_CLASS = 20;
/** A directory takes seconds to open, twice a round. */
const KILLS = inject('postgresql') === null ? 3 : 20;

let place: Place;
let userId: number;
beforeAll(async () => {
  place = await openPlace();
  const lines = Array.from({ length: CHANGES / FIELDS_OF_CLASS }, (_, i) => [
    `c${i} net/minecraft/Class${i}`,
    ...Array.from({ length: FIELDS_OF_CLASS }, (_, j) => `\tf${j} field_${i * FIELDS_OF_CLASS + j + 1}_a`),
  ]);
  userId = await place.open(async (db) => {
    await importText(db, VERSION, lines.flat().join('\n'));
    return addUser(db);
  });
});
afterAll(() => place.remove());

/** Stages a name for every field; what a round before left staged is superseded. @returns the first sequence */
const stage = (round: number): Promise<number> =>
  place.open(async (db) => {
    const auth = await openTestAuth(db);
    try {
      const changes = Array.from({ length: CHANGES }, (_, i) => ({
        srg: `field_${i + 1}_a`,
        name: `round${round}Field${i}`,
        documentation: `What it is called in round ${round}.`,
      }));
      const input = { version: VERSION, changes, force: true };
      return (await proposeChanges(auth, callerWith(userId), input)).batch!;
    } finally {
      await auth.close();
    }
  });

/** Commits in another process. @param killAfter milliseconds of the commit; null lets it be done @returns how long it took */
const commit = (killAfter: number | null) =>
  runAndKill(
    join(import.meta.dirname, 'commit-process.ts'),
    { VERSION, USER_ID: String(userId), ...place.settings },
    killAfter,
  );

/** How much of a batch is committed: in its states, in the names and in the decisions. */
const committedOf = (batch: number, round: number) =>
  place.open(async (db) => {
    const [counted] = await db.transaction(async (tx) => {
      // The server may still be about what the process had sent; whoever gets the pen after it sees what became of that.
      await tx.query(`SELECT FROM history_head FOR UPDATE`);
      return tx.query<{ states: number; names: number; decided: number }>(
        `SELECT (SELECT count(*)::int FROM changes WHERE batch = $1 AND state = 'COMMITTED') AS states,
                (SELECT count(*)::int FROM mappings WHERE name LIKE $2) AS names,
                (SELECT coalesce(sum(cardinality(changes)), 0)::int FROM change_decisions
                  WHERE state = 'COMMITTED' AND $1 = ANY(changes)) AS decided`,
        [batch, `round${round}Field%`],
      );
    });
    return { ...counted!, problems: (await verifyHistory(db)).problems };
  });

test(
  `a process killed in the middle of a commit of ${CHANGES} changes, ${KILLS} times, leaves all or none`,
  { timeout: 600_000 },
  async () => {
    const all = { states: CHANGES, names: CHANGES, decided: CHANGES, problems: [] };
    const none = { states: 0, names: 0, decided: 0, problems: [] };
    // The second commit has names to take away, as all that follow.
    let duration = 0;
    for (const round of [0, 1]) {
      const batch = await stage(round);
      duration = await commit(null);
      expect(await committedOf(batch, round)).toEqual(all);
    }

    const rounds: { killedAfter: number; of: number; states: number }[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const round = kill + 2;
      const batch = await stage(round);
      const killedAfter = ((kill + Math.random()) / KILLS) * duration * 1.2;
      await commit(killedAfter);
      const left = await committedOf(batch, round);
      expect(left).toEqual(left.states === 0 ? none : all);
      rounds.push({ killedAfter: Math.round(killedAfter), of: Math.round(duration), states: left.states });
      if (left.states > 0) continue;
      // What is staged is there to be committed still.
      duration = await commit(null);
      expect(await committedOf(batch, round)).toEqual(all);
    }
    if (process.env.HISTORY_SOAK_SECONDS !== undefined) console.log(rounds);
  },
);
