import { expect } from 'vitest';
import { FIRST_HASH, sealChange, type SealedChange } from '../../../src/modules/history/seal.js';
import type { TestClient } from '../../support/client.js';
import type { TestService } from '../../support/service.js';

const PROPOSE = `mutation ($input: ProposeChangesInput!) {
  proposeChanges(input: $input) { changes { id sequence } userErrors { code message path } } }`;
export const COMMIT = `mutation ($changes: [ID!]!) {
  commitChanges(input: { changes: $changes }) { changes { id decidedAt } userErrors { code message } } }`;
export const REJECT = `mutation ($change: ID!) {
  rejectChange(input: { change: $change, reason: "no" }) { change { id } userErrors { code message } } }`;
export const VOTE = `mutation ($change: ID!, $for: Boolean) {
  voteOnChange(input: { change: $change, for: $for }) {
    change { id state votes { for against viewerVote } } userErrors { code message path } } }`;
export const COMMENT = `mutation ($change: ID!, $body: String!) {
  commentOnChange(input: { change: $change, body: $body }) {
    comment { id body author { handle } createdAt editedAt } userErrors { code message path } } }`;

/** A staged change as tests name it. */
export interface Staged {
  id: string;
  sequence: number;
}

/** Stages names, by SRG id, in the sample version. */
export async function stage(author: TestClient, names: Record<string, string>): Promise<Staged[]> {
  const changes = Object.entries(names).map(([srg, name]) => ({ srg, name }));
  const { proposeChanges } = await author.query(PROPOSE, { input: { changes } });
  expect(proposeChanges.userErrors).toEqual([]);
  return proposeChanges.changes;
}

/** Stages one name. */
export async function stageOne(author: TestClient, srg: string, name: string): Promise<Staged> {
  const [change] = await stage(author, { [srg]: name });
  return change!;
}

/** Stages a documentation. */
export async function document(author: TestClient, srg: string, documentation: string): Promise<Staged> {
  const { proposeChanges } = await author.query(PROPOSE, { input: { changes: [{ srg, documentation }] } });
  expect(proposeChanges.userErrors).toEqual([]);
  return proposeChanges.changes[0];
}

/** The tallies and everything that was voted and said, by SQL: what a refused call must leave as it is. */
export const discussionOf = ({ db }: TestService) =>
  db.query(
    `SELECT (SELECT json_agg(json_build_array(sequence, votes_for, votes_against) ORDER BY sequence) FROM changes) AS tallies,
            (SELECT json_agg(v ORDER BY change, user_id) FROM change_votes v) AS votes,
            (SELECT json_agg(o ORDER BY id) FROM change_comments o) AS comments`,
  );

/** Checks that some calls change nothing. */
export async function leavesAlone(service: TestService, work: () => Promise<void>): Promise<void> {
  const before = await discussionOf(service);
  await work();
  expect(await discussionOf(service)).toEqual(before);
}

/** Tallies that do not equal the votes behind them, by SQL. */
export const wrongTallies = ({ db }: TestService) =>
  db.query(
    `SELECT sequence FROM changes c
      WHERE votes_for <> (SELECT count(*) FROM change_votes v WHERE v.change = c.sequence AND v.is_for)
         OR votes_against <> (SELECT count(*) FROM change_votes v WHERE v.change = c.sequence AND NOT v.is_for)`,
  );

/** Sequences of the changes whose seal does not hold, all of them recomputed. */
export async function brokenSeals({ db }: TestService): Promise<number[]> {
  const rows = await db.query<SealedChange & { hash: Uint8Array }>(
    `SELECT c.sequence, v.name AS version, c.kind, c.srg, c.old_name AS "oldName", c.new_name AS "newName",
            c.old_documentation AS "oldDocumentation", c.new_documentation AS "newDocumentation", c.reason, c.forced,
            c.author_id AS "authorId", c.via, c.batch, c.supersedes, c.created_at AS "createdAt", c.hash
       FROM changes c JOIN game_versions v ON v.id = c.version_id ORDER BY c.sequence`,
  );
  return rows.flatMap(({ hash, ...change }, i) =>
    sealChange(rows[i - 1]?.hash ?? FIRST_HASH, change).equals(hash) ? [] : [change.sequence],
  );
}
