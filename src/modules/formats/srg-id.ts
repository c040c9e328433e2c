/**
 * SRG ids: the stable names of members between the obfuscated and the readable ones.
 * `func_70001_a`, `field_70001_a`, `p_70001_1_`, `p_i1005_1_` up to 1.16; `m_1_`, `f_1_`, `p_1_`, `C_1_` after.
 */
export type SrgIdKind = 'CLASS' | 'METHOD' | 'FIELD' | 'PARAMETER';

export interface SrgId {
  kind: SrgIdKind;
  /** 70001 of func_70001_a and of p_70001_1_; the constructor's id, 1005, of p_i1005_1_. */
  index: number;
  /** The JVM slot of a parameter whose id has one; null otherwise. */
  slot: number | null;
  /** Whether it is a constructor's parameter. */
  constructorParameter: boolean;
}

// Nine digits fit a 32-bit column; every repetition is bounded or can't be given back in more than one way.
const NUMBER = '\\d{1,9}';
const SLOT = '\\d{1,3}';
// The obfuscated name at the time of numbering, and one underscore or two where that name would clash: func_226665_a__.
// One method of 1.16.5 was numbered with a lambda's name: func_210297_lambda$static$0.
const SUFFIX = '(?:lambda\\$[A-Za-z]{1,40}\\$\\d{1,5}|[A-Za-z]+)';

const LONG = new RegExp(`^(func|field)_(${NUMBER})_${SUFFIX}_{0,2}$`);
const SHORT = new RegExp(`^([mfC])_(${NUMBER})_$`);
const PARAMETER = new RegExp(`^p_(i?)(${NUMBER})_(?:(${SLOT})_)?$`);

const KINDS: Record<string, SrgIdKind> = { func: 'METHOD', m: 'METHOD', field: 'FIELD', f: 'FIELD', C: 'CLASS' };

/** Takes an id apart; null if the name is none. Classes by their simple name or with a package (`net/minecraft/src/C_1_`). */
export function parseSrgId(name: string): SrgId | null {
  const simple = name.slice(name.lastIndexOf('/') + 1);
  const parameter = PARAMETER.exec(name);
  if (parameter) {
    const [, i, index, slot] = parameter;
    // A constructor's parameter always has a slot.
    if (i === 'i' && slot === undefined) return null;
    return {
      kind: 'PARAMETER',
      index: Number(index),
      slot: slot === undefined ? null : Number(slot),
      constructorParameter: i === 'i',
    };
  }
  const match = LONG.exec(name) ?? SHORT.exec(simple);
  const kind = match?.[1] === undefined ? undefined : KINDS[match[1]];
  if (!match || kind === undefined || (kind !== 'CLASS' && simple !== name)) return null;
  return { kind, index: Number(match[2]), slot: null, constructorParameter: false };
}

export const isSrgId = (name: string): boolean => parseSrgId(name) !== null;

/** `p_70001_1_`: the parameter at a JVM slot of the method numbered `index`. */
export const parameterId = (index: number, slot: number): string => `p_${index}_${slot}_`;

/** `p_i1005_1_`: the parameter at a JVM slot of a constructor. */
export const constructorParameterId = (id: number, slot: number): string => `p_i${id}_${slot}_`;

/**
 * Finds ids in free text. Global: use it through `findSrgIds` or `matchAll`. Linear on any input: an attempt starts only at a
 * literal prefix, all it repeats is bounded except one run of letters, and no attempt can start inside that run.
 */
export const SRG_ID_PATTERN = new RegExp(
  [
    `(?<![A-Za-z0-9])(?:func|field)_${NUMBER}_${SUFFIX}(?![A-Za-z0-9])_{0,2}`,
    `(?<![A-Za-z0-9_])p_(?:i${NUMBER}_${SLOT}_|${NUMBER}_(?:${SLOT}_)?)`,
    `(?<![A-Za-z0-9_])[mfC]_${NUMBER}_`,
  ].join('|'),
  'g',
);

/** An id in a text. */
export class FoundSrgId {
  constructor(
    readonly start: number,
    /** The longest that it may be. */
    readonly longest: string,
  ) {}

  get end(): number {
    return this.start + this.longest.length;
  }

  /** What the id may be, longest first; each starts at `start`. One is in the data, or none. */
  get candidates(): string[] {
    const { longest } = this;
    const candidates = [longest];
    if (longest.startsWith('p_')) {
      const withSlot = /^(p_\d+_)\d+_$/.exec(longest);
      if (withSlot?.[1] !== undefined) candidates.push(withSlot[1]);
    } else if (longest.startsWith('func_') || longest.startsWith('field_')) {
      for (let id = longest; id.endsWith('_') && candidates.length < 3; candidates.push(id)) id = id.slice(0, -1);
    }
    return candidates;
  }
}

/**
 * The ids in a text, in order. Trailing underscores may belong to the id or to the text (`func_1_a__`), and `p_1_2_` may be
 * `p_1_` and text, so each comes with all it may be: take the first candidate that exists.
 */
export function findSrgIds(text: string): FoundSrgId[] {
  const found: FoundSrgId[] = [];
  for (const match of text.matchAll(SRG_ID_PATTERN)) found.push(new FoundSrgId(match.index, match[0]));
  return found;
}
