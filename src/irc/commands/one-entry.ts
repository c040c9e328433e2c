import { kindOfId, lastPart } from '../answers/ids.js';
import { nothingCalled } from '../answers/nothing.js';
import { KIND_WORD } from '../answers/words.js';
import { IdsForIrcDocument, type MappingKind } from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import type { Call } from './command.js';

/** By which letter the commands of a kind are called. */
export const letterOf = (kind: MappingKind): string => kind[0]!.toLowerCase();

/**
 * Sends an SRG id on that is of another kind than the command is for: `func_70001_a is a method: !sm`.
 * @param nameFor what the command for a kind is called
 */
export function refuseOtherKind(name: string, kind: MappingKind, nameFor: (kind: MappingKind) => string): void {
  const known = kindOfId(name);
  if (known !== undefined && known !== kind) throw new Refusal(`${name} is a ${KIND_WORD[known]}: !${nameFor(known)}`);
}

/**
 * The SRG id that a spelling stands for.
 * @param kind of what it is, where it is no SRG id; null for any kind
 * @throws Refusal where nothing or several have it
 */
export async function idOf(
  call: Call,
  name: string,
  kind: MappingKind | null,
  version: string | null = null,
): Promise<string> {
  if (kindOfId(name) !== undefined) return lastPart(name);
  const kinds = kind === null ? null : [kind];
  const { lookup } = await call.ask(IdsForIrcDocument, { name, kinds, version });
  const [first, ...others] = lookup;
  if (first === undefined) throw await nothingCalled(call, { name, version, kinds });
  if (others.length > 0) throw new Refusal(`${name} may be ${lookup.map(({ srg }) => srg).join(', ')}: say which.`);
  return first.srg;
}
