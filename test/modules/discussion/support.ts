import { expect } from 'vitest';
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
