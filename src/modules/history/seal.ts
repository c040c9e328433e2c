import { createHash } from 'node:crypto';
import type { MappingKind } from '../mappings/mapping.js';

/** What became of a change. */
export const CHANGE_STATES = ['STAGED', 'COMMITTED', 'UNDONE', 'REJECTED', 'SUPERSEDED'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** The hash before the first row of each chain: 32 zero bytes. */
export const FIRST_HASH: Uint8Array = new Uint8Array(32);

/** What of a change is sealed. */
export interface SealedChange {
  sequence: number;
  /** The name of the game version. */
  version: string;
  kind: MappingKind;
  srg: string;
  oldName: string | null;
  newName: string | null;
  oldDocumentation: string | null;
  newDocumentation: string | null;
  reason: string | null;
  forced: boolean;
  authorId: number | null;
  via: string | null;
  batch: number;
  supersedes: number | null;
  createdAt: Date;
}

/** What of a decision is sealed, which is all of it. */
export interface SealedDecision {
  sequence: number;
  state: ChangeState;
  /** Sequences of the changes decided. */
  changes: readonly number[];
  byId: number | null;
  via: string | null;
  reason: string | null;
  decidedAt: Date;
}

const seal = (previous: Uint8Array, fields: readonly unknown[]): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([Buffer.from(previous).toString('hex'), ...fields]))
    .digest();

/**
 * The hash of a change: SHA-256 over a JSON array (RFC 8259 without blanks, as ECMAScript's JSON.stringify writes it, UTF-8) of
 * the hash before it in hex and its sealed fields in the order below; times in ISO 8601 UTC with milliseconds.
 */
export const sealChange = (previous: Uint8Array, change: SealedChange): Buffer =>
  seal(previous, [
    change.sequence,
    change.version,
    change.kind,
    change.srg,
    change.oldName,
    change.newName,
    change.oldDocumentation,
    change.newDocumentation,
    change.reason,
    change.forced,
    change.authorId,
    change.via,
    change.batch,
    change.supersedes,
    change.createdAt.toISOString(),
  ]);

/** The hash of a decision, made like that of a change. */
export const sealDecision = (previous: Uint8Array, decision: SealedDecision): Buffer =>
  seal(previous, [
    decision.sequence,
    decision.state,
    decision.changes,
    decision.byId,
    decision.via,
    decision.reason,
    decision.decidedAt.toISOString(),
  ]);
