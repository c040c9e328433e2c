import { details } from '../answers/details.js';
import { summary } from '../answers/entry.js';
import { kindOfId } from '../answers/ids.js';
import { nothingCalled } from '../answers/nothing.js';
import { LookUpForIrcDocument, type MappingKind } from '../generated/documents.js';
import type { Command } from './command.js';

/** How many entries are told in full; of more, each gets a line. */
const IN_FULL = 5;

/** How many the service tells at most. */
const MOST = 200;

/** Looks up whatever a spelling can mean. An SRG id says of itself what it is of, whichever command it is given to. */
const lookUp = (letter: string, kind: MappingKind, usage: string, what: string): Command => ({
  names: [`g${letter}`],
  usage,
  summary: `Tells all of a ${what}, by any of its names.`,
  atLeast: 1,
  async run(call) {
    const [name, version = null] = call.words as [string, string?];
    const kinds = [kindOfId(name) ?? kind];
    const { lookup } = await call.ask(LookUpForIrcDocument, { name, version, kinds });
    if (lookup.length === 0) throw await nothingCalled(call, { name, version, kinds });
    if (lookup.length <= IN_FULL) return lookup.flatMap(details);
    const lines = lookup.map(summary);
    return lookup.length < MOST ? lines : [...lines, 'There may be more: say it more precisely.'];
  },
});

export const lookUps: readonly Command[] = [
  lookUp('c', 'CLASS', 'class [version]', 'class'),
  lookUp('f', 'FIELD', '[class.]name [version]', 'field'),
  lookUp('m', 'METHOD', '[class.]name [version]', 'method'),
  lookUp('p', 'PARAMETER', '[[class.]method.]name [version]', 'parameter'),
];
