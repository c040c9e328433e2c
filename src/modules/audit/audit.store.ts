import type { Caller } from '../../auth/caller.js';
import { truncatedAddress } from '../../auth/limits/address.js';
import { statement, type Sql } from '../../db/index.js';
import type { AuditAction } from './audit-actions.js';

/** By whom something is done, as the log keeps it. */
export interface Origin {
  /** Null for the shell, and for callers who are not signed in. */
  actorId: number | null;
  /** What acted for the actor. */
  via: string | null;
  /** Truncated. */
  address: string | null;
}

/** Whoever works on the machine itself. */
export const SHELL: Origin = { actorId: null, via: 'shell', address: null };

/** By whom a call does what it does. */
export function originOf({ actor, address }: Caller): Origin {
  const truncated = truncatedAddress(address);
  if (actor.kind === 'ANONYMOUS') return { actorId: null, via: null, address: truncated };
  const { user, credential, client } = actor;
  const via = client?.name ?? (credential.kind === 'API_TOKEN' ? `API token ${credential.name}` : null);
  return { actorId: Number(user.id), via, address: truncated };
}

export interface NewAuditEvent {
  action: AuditAction;
  /** The user concerned. */
  subjectId: number | null;
  /** For people; never a secret, and no personal data that would outlive its owner. */
  detail?: string | null;
}

const INSERT = statement(
  'audit_insert',
  `INSERT INTO audit_events (actor_id, via, address, action, subject_id, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
);

/** Writes down what a transaction does; it stands or falls with it. */
export async function record(tx: Sql, by: Origin, { action, subjectId, detail = null }: NewAuditEvent): Promise<void> {
  await tx.query(INSERT, [by.actorId, by.via, by.address, action, subjectId, detail]);
}
