import type { MappingKind } from '../generated/documents.js';

/** How SRG ids begin: func_70001_a, field_70001_a, p_70001_1_, p_i1005_1_; m_70001_, f_70001_ from 1.17 on. */
const IDS: readonly (readonly [RegExp, MappingKind])[] = [
  [/^(?:func|m)_\d/, 'METHOD'],
  [/^(?:field|f)_\d/, 'FIELD'],
  [/^p_i?\d/, 'PARAMETER'],
];

/** A spelling without the descriptor and the owner: `getDrops` of `Block.getDrops()V`. */
export const lastPart = (name: string): string =>
  name
    .replace(/\(.*/, '')
    .split(/[./#:@|]/)
    .at(-1)!;

/** What kind of member an SRG id is of, with an owner before it or not; undefined for what is no id. */
export const kindOfId = (name: string): MappingKind | undefined =>
  IDS.find(([pattern]) => pattern.test(lastPart(name)))?.[1];
