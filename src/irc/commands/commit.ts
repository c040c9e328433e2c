import { kindOfId } from '../answers/ids.js';
import { isRefused, refusalOf, remarks } from '../answers/problems.js';
import { count, kindCounts } from '../answers/words.js';
import {
  CommitForIrcDocument,
  StagedForIrcDocument,
  type CommitChangesInput,
  type MappingKind,
} from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import type { Call, Command } from './command.js';
import { idOf } from './one-entry.js';

/** What the old bot called the kinds, one or many. */
const KINDS: ReadonlyMap<string, MappingKind> = new Map([
  ['class', 'CLASS'],
  ['classes', 'CLASS'],
  ['field', 'FIELD'],
  ['fields', 'FIELD'],
  ['method', 'METHOD'],
  ['methods', 'METHOD'],
  ['param', 'PARAMETER'],
  ['params', 'PARAMETER'],
]);

/** Whether a word is no version: an SRG id, the number in one, or a class with its package. */
const isEntry = (word: string): boolean => kindOfId(word) !== undefined || /^i?\d+$|\//.test(word);

/** What is to be committed: of one kind, of one entry, or all that is staged. @throws Refusal where nothing is staged for the entry */
async function chosen(call: Call): Promise<CommitChangesInput> {
  const [what = '', second = null] = call.words;
  const kind = KINDS.get(what.toLowerCase());
  if (kind !== undefined) return { kinds: [kind], version: second };
  if (!isEntry(what)) return { version: what === '' ? null : what };
  const srg = await idOf(call, what, null, second);
  const { mapping } = await call.ask(StagedForIrcDocument, { srg, version: second });
  const staged = mapping?.staged ?? null;
  if (staged === null) throw new Refusal(`Nothing is staged for ${srg}.`);
  return { changes: [staged.id], version: second };
}

export const commit: Command = {
  names: ['commit'],
  usage: '[id, class, field, method or param] [version]',
  summary:
    'Takes what is staged into the names of a version: all of it, of one kind, or of one entry; for those who may.',
  async run(call) {
    const { commitChanges } = await call.act(CommitForIrcDocument, { input: await chosen(call) });
    const { changes, count: all, userErrors } = commitChanges!;
    if (isRefused(userErrors)) throw refusalOf(userErrors);
    const [first] = changes;
    const left = userErrors.length;
    if (first === undefined)
      return [left === 0 ? 'Nothing is staged.' : 'Nothing was committed.', ...remarks(userErrors)];
    // Of very many the service tells the first alone.
    const kinds = changes.length === all ? ` (${kindCounts(changes.map(({ kind }) => kind))})` : '';
    const rest = left === 0 ? '' : `; ${count(left)} ${left === 1 ? 'stays' : 'stay'} behind:`;
    return [`Committed to ${first.version.name}: ${count(all)}${kinds}${rest}`, ...remarks(userErrors)];
  },
};
