import { isRefused, refusalOf } from '../answers/problems.js';
import { day } from '../answers/words.js';
import { LockForIrcDocument, UnlockForIrcDocument, type MappingKind } from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import type { Call, Command } from './command.js';
import { idOf, letterOf, refuseOtherKind } from './one-entry.js';

/** Null: of every kind. */
const KINDS: readonly (MappingKind | null)[] = [null, 'FIELD', 'METHOD', 'PARAMETER'];

type Verb = 'lock' | 'unlock';

/** `lock` takes any entry, `lockm` methods alone. */
const named = (verb: Verb, kind: MappingKind | null): string => (kind === null ? verb : `${verb}${letterOf(kind)}`);

/** The entry that is to be locked or unlocked. @throws Refusal */
async function entryOf(call: Call, verb: Verb, kind: MappingKind | null): Promise<string> {
  const [id] = call.words as [string];
  if (kind !== null) refuseOtherKind(id, kind, (other) => named(verb, other));
  return idOf(call, id, kind);
}

const DAY = 86_400_000;

/** `30d` or `2027-01-31`: when a lock ends; null for what is no time. @throws Refusal for a day that there is not */
function endOf(word: string | undefined, now: number): string | null {
  const [, days] = /^(\d{1,4})d$/.exec(word ?? '') ?? [];
  if (days !== undefined) return new Date(now + Number(days) * DAY).toISOString();
  if (word === undefined || !/^\d{4}-\d\d-\d\d$/.test(word)) return null;
  const at = new Date(`${word}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || day(at.toISOString()) !== word) throw new Refusal(`There is no day ${word}.`);
  return at.toISOString();
}

const lock = (kind: MappingKind | null): Command => ({
  names: [named('lock', kind)],
  usage: 'id [30d or 2027-01-31] [reason]',
  summary: 'Locks an entry of the current version against changes, until it is unlocked or the time is over.',
  atLeast: 1,
  async run(call) {
    const rest = call.words.slice(1);
    const until = endOf(rest[0], Date.now());
    const reason = rest.slice(until === null ? 0 : 1).join(' ') || null;
    const srg = await entryOf(call, 'lock', kind);
    const { lockMapping } = await call.act(LockForIrcDocument, { input: { srg, until, reason } });
    const { mapping, userErrors } = lockMapping!;
    if (mapping === null || isRefused(userErrors)) throw refusalOf(userErrors);
    const end = mapping.lock?.until ?? null;
    return [`Locked in ${mapping.version.name}: ${srg}${end === null ? '' : `, until ${day(end)}`}`];
  },
});

const unlock = (kind: MappingKind | null): Command => ({
  names: [named('unlock', kind)],
  usage: 'id',
  summary: 'Unlocks an entry of the current version.',
  atLeast: 1,
  async run(call) {
    const srg = await entryOf(call, 'unlock', kind);
    const { unlockMapping } = await call.act(UnlockForIrcDocument, { input: { srg } });
    const { mapping, userErrors } = unlockMapping!;
    if (mapping === null || isRefused(userErrors)) throw refusalOf(userErrors);
    return [`Unlocked in ${mapping.version.name}: ${srg}`];
  },
});

export const locks: readonly Command[] = [...KINDS.map(lock), ...KINDS.map(unlock)];
