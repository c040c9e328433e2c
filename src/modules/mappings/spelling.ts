import { badInput } from '../../shared/errors.js';
import { isMethodDescriptor } from '../formats/index.js';

/** The longest spelling taken: a class, a member and a descriptor with many parameters. */
export const MAX_SPELLING = 1_000;

/** An exact spelling of an entry, taken apart. */
export interface Spelling {
  /** As given, without descriptor. */
  bare: string;
  /** The classes that the whole may be: with slashes, and `A.B` as inner class `A$B`. */
  classes: string[];
  /** The member with its owner, where the spelling has both. */
  owned: { owner: string; owners: string[]; separator: string; member: string } | null;
  /** `(II)V`, where given. */
  descriptor: string | null;
}

// The last of them divides owner and member.
const OWNED = /^(.+?)(\|\||::|[#@:./])([^#@:./|]+)$/s;

/** `net.minecraft.block.Block` and `Block.Properties` as internal names. */
function classSpellings(name: string): string[] {
  if (!/[./]/.test(name)) return [name];
  const path = name.replaceAll('.', '/');
  const inner = path.replace(/\/([^/]*)$/, '$$$1');
  return inner === path ? [path] : [path, inner];
}

// Nothing to take apart, and short enough.
const PLAIN = /^[A-Za-z0-9_$]{1,200}$/;

/** Whether a spelling is nothing but a name, as it stands. */
export const isPlain = (input: string): boolean => PLAIN.test(input);

/**
 * Takes a spelling apart: SRG id, bare name, `owner.member` with any of `. / # :: : @ ||` between, with or without descriptor.
 * @throws AppError BAD_USER_INPUT if it is empty, too long, or its descriptor is none
 */
export function parseSpelling(input: string): Spelling {
  if (isPlain(input)) return { bare: input, classes: [input], owned: null, descriptor: null };
  const text = input.trim();
  if (text === '') throw badInput('A name must not be empty.');
  if (text.length > MAX_SPELLING) throw badInput(`A name must not be longer than ${MAX_SPELLING} characters.`);
  const bracket = text.indexOf('(');
  const descriptor = bracket === -1 ? null : text.slice(bracket);
  const bare = bracket === -1 ? text : text.slice(0, bracket).trim();
  if (descriptor !== null && !isMethodDescriptor(descriptor)) {
    throw badInput(`${JSON.stringify(descriptor)} is not a method descriptor.`);
  }
  return { bare, classes: classSpellings(bare), owned: splitOwner(bare), descriptor };
}

/** `owner.member` taken apart at the last separator; null for a bare name. */
export function splitOwner(bare: string): Spelling['owned'] {
  if (!/[#@:./|]/.test(bare)) return null;
  const [, owner, separator, member] = OWNED.exec(bare) ?? [];
  if (owner === undefined || separator === undefined || member === undefined) return null;
  return { owner, owners: classSpellings(owner), separator, member };
}

/** The numbers that a bare spelling may stand for: `70001` of func_70001_a, `i1005` of a constructor, `70001_1` of a parameter. */
export function numbersOf(bare: string): {
  index: number | null;
  constructorIndex: number | null;
  parameter: string | null;
} {
  const index = /^(i?)(\d{1,9})$/.exec(bare);
  const parameter = /^i?\d{1,9}_\d{1,3}$/.test(bare) ? `p_${bare}_` : null;
  if (index === null) return { index: null, constructorIndex: null, parameter };
  const number = Number(index[2]);
  // The old bot wrote every number as i123 too; a constructor of that number comes first.
  return { index: number, constructorIndex: index[1] === 'i' ? number : null, parameter };
}
