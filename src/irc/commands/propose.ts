import { effect } from '../answers/change.js';
import { isRefused, refusalOf } from '../answers/problems.js';
import { KIND_WORD } from '../answers/words.js';
import { ProposeForIrcDocument, type MappingChangeInput, type MappingKind } from '../generated/documents.js';
import type { Call, Command } from './command.js';
import { idOf, letterOf, refuseOtherKind } from './one-entry.js';

const KINDS: readonly MappingKind[] = ['CLASS', 'FIELD', 'METHOD', 'PARAMETER'];

const forcing = (kind: MappingKind): string => `fs${letterOf(kind)}`;
const naming = (kind: MappingKind): string => `s${letterOf(kind)}`;
const uncommenting = (kind: MappingKind): string => `r${letterOf(kind)}c`;

interface Proposal {
  change: MappingChangeInput;
  kind: MappingKind;
  force: boolean;
}

async function propose(call: Call, { change, kind, force }: Proposal): Promise<string[]> {
  const { proposeChanges } = await call.act(ProposeForIrcDocument, { input: { changes: [change], force } });
  const { changes, userErrors } = proposeChanges!;
  const [staged] = changes;
  if (staged === undefined || isRefused(userErrors)) throw refusalOf(userErrors, forcing(kind));
  const { srg, version } = staged;
  return [`Staged for ${version.name}: ${KIND_WORD[kind]} ${srg}: ${effect(staged)}`];
}

/** A comment as it is typed: `\n` is where a line ends, and twice an empty line. */
const written = (words: readonly string[]): string =>
  words
    .join(' ')
    .split('\\n')
    .map((line) => line.trim())
    .join('\n');

const setName = (nameFor: (kind: MappingKind) => string, kind: MappingKind, force: boolean): Command => ({
  names: [nameFor(kind)],
  usage: 'id newName [comment]',
  summary: force
    ? `Renames a ${KIND_WORD[kind]} that has a name already, and overrides warnings, for those who may.`
    : `Proposes a name for a ${KIND_WORD[kind]} of the current version, and a comment where one is given.`,
  atLeast: 2,
  async run(call) {
    const [id, name, ...comment] = call.words as [string, string, ...string[]];
    refuseOtherKind(id, kind, nameFor);
    const change: MappingChangeInput = { srg: await idOf(call, id, kind), name };
    if (comment.length > 0) change.documentation = written(comment);
    return propose(call, { change, kind, force });
  },
});

const removeComment = (kind: MappingKind): Command => ({
  names: [uncommenting(kind)],
  usage: 'id',
  summary: `Proposes to take the comment of a ${KIND_WORD[kind]} away.`,
  atLeast: 1,
  async run(call) {
    const [id] = call.words as [string];
    refuseOtherKind(id, kind, uncommenting);
    const srg = await idOf(call, id, kind);
    return propose(call, { change: { srg, documentation: '' }, kind, force: false });
  },
});

export const proposals: readonly Command[] = [
  ...KINDS.map((kind) => setName(naming, kind, false)),
  ...KINDS.map((kind) => setName(forcing, kind, true)),
  ...KINDS.map(removeComment),
];
