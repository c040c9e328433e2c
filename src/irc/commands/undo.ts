import { effect, madeBy } from '../answers/change.js';
import { isRefused, refusalOf } from '../answers/problems.js';
import { RedoForIrcDocument, UndoForIrcDocument } from '../generated/documents.js';
import type { Command } from './command.js';
import { idOf } from './one-entry.js';

export const undo: Command = {
  names: ['undo'],
  usage: 'id [version]',
  summary: "Takes back what is staged for an entry: your own, or anybody's for those who may.",
  atLeast: 1,
  async run(call) {
    const [id, version = null] = call.words as [string, string?];
    const srg = await idOf(call, id, null, version);
    const { undoChange } = await call.act(UndoForIrcDocument, { input: { srg, version } });
    const { change, userErrors } = undoChange!;
    if (change === null || isRefused(userErrors)) throw refusalOf(userErrors);
    const staged = change.mapping?.staged ?? null;
    return [
      `Undone: ${srg}: ${effect(change)}, which ${madeBy(change)} had proposed.`,
      ...(staged === null ? [] : [`Staged again: ${effect(staged)}, which ${madeBy(staged)} had proposed.`]),
    ];
  },
};

export const redo: Command = {
  names: ['redo'],
  usage: 'id [version]',
  summary: "Stages again what was undone last of an entry: your own, or anybody's for those who may.",
  atLeast: 1,
  async run(call) {
    const [id, version = null] = call.words as [string, string?];
    const srg = await idOf(call, id, null, version);
    const { redoChange } = await call.act(RedoForIrcDocument, { input: { srg, version } });
    const { change, userErrors } = redoChange!;
    if (change === null || isRefused(userErrors)) throw refusalOf(userErrors);
    return [`Staged again: ${srg}: ${effect(change)}, which ${madeBy(change)} had proposed.`];
  },
};
