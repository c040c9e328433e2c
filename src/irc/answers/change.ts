import type { ChangeForIrcFragment } from '../generated/documents.js';
import { day, UNNAMED } from './words.js';

type Made = Pick<ChangeForIrcFragment, 'author' | 'via'>;

/** `alice via mcpbot`; an import is nobody's. */
export function madeBy({ author, via }: Made): string {
  if (author === null) return 'import';
  return via === null ? author.handle : `${author.handle} via ${via}`;
}

/** Whether a change says something else of its entry than was said before. */
export const redocuments = ({ oldDocumentation, newDocumentation }: ChangeForIrcFragment): boolean =>
  oldDocumentation !== newDocumentation;

/** What a change does: `getFoo => getBar`, `getFoo, with a comment`, `getFoo, other comment`. */
export function effect(change: ChangeForIrcFragment): string {
  const { oldName, newName, oldDocumentation, newDocumentation } = change;
  const names = (oldName === newName ? [newName] : [oldName, newName]).map((name) => name ?? UNNAMED).join(' => ');
  if (!redocuments(change)) return names;
  if (newDocumentation === null) return `${names}, no comment any more`;
  return `${names}, ${oldDocumentation === null ? 'with a comment' : 'other comment'}`;
}

/** By whom, when and why: `by alice via mcpbot, 2026-01-31 (as in Block)`. */
export const origin = (change: ChangeForIrcFragment): string =>
  `by ${madeBy(change)}, ${day(change.createdAt)}${change.reason === null ? '' : ` (${change.reason})`}`;

/** What became of a change: `UNDONE by bob, 2026-01-31 (too long)`. An import is committed for the reason that it was made for. */
function fate({ state, reason, decidedAt, decidedBy, decisionReason }: ChangeForIrcFragment): string {
  const who = decidedBy === null || decidedAt === null ? '' : ` by ${decidedBy.handle}, ${day(decidedAt)}`;
  return `${state}${who}${decisionReason === null || decisionReason === reason ? '' : ` (${decisionReason})`}`;
}

/** A change in one line of a history. An import asks for nothing, so that it was forced says nothing. */
export function historyLine(change: ChangeForIrcFragment): string {
  const forced = change.forced && change.author !== null ? 'forced ' : '';
  return `[${change.version.name}] ${change.srg}: ${effect(change)}, ${forced}${origin(change)}: ${fate(change)}`;
}
