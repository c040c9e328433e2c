import type { ProblemForIrcFragment, UserErrorCode } from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';

/** What can be done about a refusal, where its own words do not say. */
const REMEDIES: Partial<Record<UserErrorCode, string>> = {
  LOCKED: 'Ask who locked it, or say !unlock first if you may.',
  NAME_TAKEN: 'Choose another, or rename that one first.',
  STALE: 'Look at it, and propose anew what is still wanted.',
  FROZEN: '!versions tells which take changes.',
};

function line({ code, message, severity }: ProblemForIrcFragment, byForce: string | null): string {
  const yieldsToForce = severity === 'WARNING' || code === 'ALREADY_NAMED';
  const remedy =
    yieldsToForce && byForce !== null ? `!${byForce} does it all the same, for those who may.` : REMEDIES[code];
  return remedy === undefined ? message : `${message} ${remedy}`;
}

/**
 * Why nothing was done, each reason in a line: what stands against it first, then what could be overridden.
 * @param byForce the command that overrides what can be; null where none does
 */
export function refusalOf(problems: readonly ProblemForIrcFragment[], byForce: string | null = null): Refusal {
  const errors = problems.filter(({ severity }) => severity === 'ERROR');
  const warnings = problems.filter(({ severity }) => severity === 'WARNING');
  return new Refusal('Nothing was done:', ...[...errors, ...warnings].map((problem) => line(problem, byForce)));
}

/** Whether anything stands against it. */
export const isRefused = (problems: readonly ProblemForIrcFragment[]): boolean =>
  problems.some(({ severity }) => severity === 'ERROR');

/** What is to be said of something that was done all the same. */
export const remarks = (problems: readonly ProblemForIrcFragment[]): string[] => problems.map(({ message }) => message);
