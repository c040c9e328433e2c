import { afterAll, beforeAll, expect, test } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { openPostgresql } from '../../../src/db/postgresql.js';
import { verifyHistory } from '../../../src/modules/history/verify.service.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importText } from '../../support/versions.js';

/** How long writers write at random; a minute and more finds what five seconds do not. */
const SECONDS = Number(process.env.HISTORY_SOAK_SECONDS ?? 5);
const WRITERS = 32;
const ENTRIES = 10;
const VERSION = '1.0';
/** One more than the writers write for. */
const IDS = Array.from({ length: ENTRIES + 1 }, (_, i) => `field_${i + 1}_a`);

const PROPOSE = `mutation ($input: ProposeChangesInput!) {
  proposeChanges(input: $input) { changes { id } userErrors { code message } } }`;
const COMMIT = `mutation ($input: CommitChangesInput!) { commitChanges(input: $input) { count userErrors { code message } } }`;
const REJECT = `mutation ($input: RejectChangeInput!) { rejectChange(input: $input) { change { id } userErrors { code message } } }`;
const UNDO = `mutation ($input: ChangeInput!) { undoChange(input: $input) { change { id } userErrors { code message } } }`;
const REDO = `mutation ($input: ChangeInput!) { redoChange(input: $input) { change { id } userErrors { code message } } }`;

/** What a writer may be told instead of "done". */
const REFUSALS =
  /^(STALE|ALREADY_NAMED|NAME_TAKEN|NO_CHANGE|NOTHING_TO_UNDO|NOT_FOUND)( (STALE|ALREADY_NAMED|NAME_TAKEN|NO_CHANGE))*$/;

let service: TestService;
let replicas: TestService[];
let closeReplica = async () => undefined as void;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  // Fields of one class, so that names can be taken.
  const fields = IDS.map((srg, i) => `\tf${i} ${srg}`);
  await importText(service.db, VERSION, ['a net/minecraft/Class', ...fields].join('\n'));
  replicas = [service];
  const { url } = service.db;
  // PGlite lives in one process: there is no second replica of it.
  if (url === null) return;
  const db = Object.assign(openPostgresql({ url, poolSize: 4 }), { url });
  const second = await startTestService({ db, sample: false });
  replicas.push(second);
  closeReplica = async () => {
    await second.close();
    await db.close();
  };
});
afterAll(async () => {
  await closeReplica();
  await service.close();
});

const sequenceOf = (id: string) => Number(Buffer.from(id, 'base64url').toString().split(':')[1]);

interface Written {
  sequence: number;
  srg: string;
  oldName: string | null;
  newName: string | null;
  authorId: number;
  state: string;
  decision: number | null;
}

const written = (after: number) =>
  service.db.query<Written>(
    `SELECT sequence, srg, old_name AS "oldName", new_name AS "newName", author_id AS "authorId", state::text, decision
       FROM changes WHERE sequence > $1 ORDER BY sequence`,
    [after],
  );

test('HI6 of two same edits at once one is written, and the other is told', async () => {
  const srg = IDS[ENTRIES];
  const people = [await signUp(service), await signUp(service)];
  const programs = await Promise.all(people.map((person, i) => programOf(replicas[i % replicas.length]!, person)));
  const input = { changes: [{ srg, name: 'atOnce' }], reason: 'both mean the same' };
  const outcomes = await Promise.all(
    programs.map(async (program) => outcomeOf(await program.send(PROPOSE, { input }))),
  );
  expect(outcomes.sort()).toEqual(['NO_CHANGE', 'OK']);

  const others = ['thisOne', 'thatOne'].map((name) => ({ changes: [{ srg, name, oldName: 'atOnce' }], force: true }));
  const maintainers = await Promise.all([0, 1].map(() => signUp(service, { roles: [RoleName.MAINTAINER] })));
  const forced = await Promise.all(
    maintainers.map(async (person, i) => {
      const program = await programOf(replicas[i % replicas.length]!, person);
      return outcomeOf(await program.send(PROPOSE, { input: others[i] }));
    }),
  );
  expect(forced.sort()).toEqual(['OK', 'STALE']);
  const { changes, problems } = await verifyHistory(service.db);
  expect({ count: changes.count, problems }).toEqual({ count: 2, problems: [] });
});

test(
  `${WRITERS} writers for ${ENTRIES} entries over all replicas, ${SECONDS} s: one history, and every name is what it says`,
  { timeout: SECONDS * 1000 + 120_000 },
  async () => {
    const ids = IDS.slice(0, ENTRIES);
    const before = (await verifyHistory(service.db)).changes.count;
    const people: Person[] = [];
    for (let i = 0; i < WRITERS; i++) people.push(await signUp(service, { roles: [RoleName.MAINTAINER] }));

    const accepted = new Map<number, { srg: string; newName: string; authorId: number }>();
    const told = new Map<string, number>();
    const decided = { commit: 0, reject: 0, undo: 0, redo: 0 };
    const staged: string[] = [];
    const pick = <T>(from: readonly T[]) => from[Math.floor(Math.random() * from.length)]!;
    const count = (call: string, outcome: string) => {
      const key = `${call} ${outcome}`;
      told.set(key, (told.get(key) ?? 0) + 1);
      if (outcome !== 'OK') expect(outcome).toMatch(REFUSALS);
    };

    async function write(client: TestClient, { userId }: Person, number: number): Promise<void> {
      const srg = pick(ids);
      const dice = Math.random();
      if (dice < 0.6) {
        // Some names are wanted by several at once, and for several entries of one class.
        const name = Math.random() < 0.5 ? `common${Math.floor(Math.random() * 20)}` : `mine${userId}n${number}`;
        const oldName = Math.random() < 0.3 ? { oldName: pick([null, `common${Math.floor(Math.random() * 20)}`]) } : {};
        const input = { changes: [{ srg, name, ...oldName }], force: Math.random() < 0.6, reason: 'at random' };
        const answer = await client.send(PROPOSE, { input });
        count('propose', outcomeOf(answer));
        for (const { id } of (answer.data?.proposeChanges?.changes ?? []) as { id: string }[]) {
          expect(accepted.has(sequenceOf(id))).toBe(false);
          accepted.set(sequenceOf(id), { srg, newName: name, authorId: userId });
          staged.push(id);
        }
      } else if (dice < 0.7) {
        const answer = await client.send(UNDO, { input: { srg } });
        count('undo', outcomeOf(answer));
        if (outcomeOf(answer) === 'OK') decided.undo += 1;
      } else if (dice < 0.78) {
        const answer = await client.send(REDO, { input: { srg } });
        count('redo', outcomeOf(answer));
        if (outcomeOf(answer) === 'OK') decided.redo += 1;
      } else if (dice < 0.95) {
        const named = staged.slice(-3);
        const input = Math.random() < 0.1 || named.length === 0 ? {} : { changes: [pick(named)] };
        const answer = await client.send(COMMIT, { input });
        count('commit', outcomeOf(answer));
        decided.commit += (answer.data?.commitChanges?.count as number | undefined) ?? 0;
      } else if (staged.length > 0) {
        const answer = await client.send(REJECT, { input: { change: pick(staged.slice(-3)), reason: 'at random' } });
        count('reject', outcomeOf(answer));
        if (outcomeOf(answer) === 'OK') decided.reject += 1;
      }
    }

    const end = Date.now() + SECONDS * 1000;
    let calls = 0;
    await Promise.all(
      people.map(async (person, i) => {
        const client = await programOf(replicas[i % replicas.length]!, person);
        for (let number = 0; Date.now() < end; number++) {
          await write(client, person, number);
          calls += 1;
        }
      }),
    );

    const rows = await written(before);
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, i) => before + i + 1));
    expect(new Map(rows.map(({ sequence, srg, newName, authorId }) => [sequence, { srg, newName, authorId }]))).toEqual(
      new Map([...accepted].sort(([a], [b]) => a - b)),
    );
    // Whoever commits everything commits what was staged before, too.
    const all = await written(0);
    const inState = (state: string) => all.filter((row) => row.state === state).length;
    expect({ commit: inState('COMMITTED'), reject: inState('REJECTED') }).toEqual({
      commit: decided.commit,
      reject: decided.reject,
    });
    const [sum] = await service.db.query<{ undone: number }>(
      `SELECT count(*)::int AS undone FROM change_decisions WHERE state = 'UNDONE'`,
    );
    expect(sum!.undone).toBe(decided.undo);

    // No update is lost: each committed change was written against the one committed before it.
    const names = new Map<string, string | null>(ids.map((srg) => [srg, null]));
    const commits = rows.filter(({ state }) => state === 'COMMITTED').sort((a, b) => a.decision! - b.decision!);
    for (const { sequence, srg, oldName, newName } of commits) {
      expect({ sequence, oldName }).toEqual({ sequence, oldName: names.get(srg) });
      names.set(srg, newName);
    }
    const now = await service.db.query<{ srg: string; name: string | null }>(
      `SELECT srg, name FROM mappings WHERE srg = ANY($1::text[])`,
      [ids],
    );
    expect(new Map(now.map(({ srg, name }) => [srg, name]))).toEqual(names);
    const report = await verifyHistory(service.db);
    expect(report.problems).toEqual([]);
    expect(commits.length).toBeGreaterThan(0);
    if (process.env.HISTORY_SOAK_SECONDS !== undefined) {
      const decisions = report.decisions.count;
      console.log({
        seconds: SECONDS,
        replicas: replicas.length,
        calls,
        changes: rows.length,
        decisions,
        ...decided,
        told,
      });
    }
  },
);
