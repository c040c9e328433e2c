import { historyLine } from '../answers/change.js';
import { kindOfId, lastPart } from '../answers/ids.js';
import { HistoryForIrcDocument, type MappingKind } from '../generated/documents.js';
import type { Call, Command } from './command.js';
import { idOf } from './one-entry.js';

/** A name by itself, which entries may have had once; i1005 is the number of a constructor. */
const NAME = /^(?!i\d+$)[A-Za-z_$][\w$]*$/;

/** Which changes are asked for: of one entry, or from and to a name. */
type Asked = { srg: string } | { name: string };

const history = (letter: string, kind: MappingKind, what: string): Command => ({
  names: [`${letter}h`],
  usage: kind === 'CLASS' ? 'class' : 'id, number or [owner.]name',
  summary: `Tells what became of a ${what}, newest first; by a name alone, all that ever was called so.`,
  atLeast: 1,
  async run(call) {
    const [name] = call.words as [string];
    const asked = await askedFor(call, name, kind);
    const kinds = [kindOfId(name) ?? kind];
    const { changes } = await call.ask(HistoryForIrcDocument, { ...asked, kinds });
    if (changes.nodes.length === 0) return [`No change of ${name} is on record.`];
    const lines = changes.nodes.map(historyLine);
    return changes.pageInfo.hasNextPage ? [...lines, 'What was before that is not told here.'] : lines;
  },
});

/** An id and a name are asked for as they are, as no version may have them any more; any other spelling stands for an entry of now. */
async function askedFor(call: Call, name: string, kind: MappingKind): Promise<Asked> {
  if (kindOfId(name) !== undefined) return { srg: lastPart(name) };
  if (NAME.test(name) && kind !== 'CLASS') return { name };
  return { srg: await idOf(call, name, kind) };
}

export const histories: readonly Command[] = [
  history('c', 'CLASS', 'class'),
  history('f', 'FIELD', 'field'),
  history('m', 'METHOD', 'method'),
  history('p', 'PARAMETER', 'parameter'),
];
