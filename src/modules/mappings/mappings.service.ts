import { badInput } from '../../shared/errors.js';
import { after, type Soon } from '../../shared/soon.js';
import type { ReadModels } from '../read-model/read-models.js';
import { entriesOf, type EntryReader } from './entry-reader.js';
import type { RankedClass } from './lookup.store.js';
import type { MappingKind, MappingRow } from './mapping.js';
import { parseSpelling, type Spelling } from './spelling.js';

type InVersion<Input> = Input & { version?: string | null };

/** The entry of an SRG id, or null. @throws AppError NOT_FOUND for an unknown version */
export const mapping = (models: ReadModels, { version, srg }: InVersion<{ srg: string }>): Soon<MappingRow | null> =>
  after(entriesOf(models, version, [srg]), (entries) => entries.mappingBySrg(srg.trim()));

/**
 * Everything that an exact spelling can mean, best first, at most 200.
 * @throws AppError BAD_USER_INPUT for a malformed spelling, NOT_FOUND for an unknown version
 */
export function lookup(
  models: ReadModels,
  { version, name, kinds }: InVersion<{ name: string; kinds?: readonly MappingKind[] | null }>,
): Soon<MappingRow[]> {
  const spelling = parseSpelling(name);
  return after(entriesOf(models, version, [name]), (entries) => entries.findBySpelling(spelling, kinds ?? null));
}

/**
 * The class of a full, short or obfuscated name, or null.
 * @throws AppError BAD_USER_INPUT naming the candidates where a short name stands for several
 */
export function classByName(
  models: ReadModels,
  { version, name }: InVersion<{ name: string }>,
): Soon<MappingRow | null> {
  const spelling = parseSpelling(name);
  return after(entriesOf(models, version, [name]), (entries) => classNamed(entries, spelling));
}

/** The class of a spelling, or null. @throws AppError BAD_USER_INPUT naming the candidates where there are several */
export const classNamed = (entries: EntryReader, { classes, bare }: Spelling): Soon<MappingRow | null> =>
  after(entries.classesByName(classes), (found) => bestClass(found, bare));

function bestClass(found: readonly RankedClass[], bare: string): MappingRow | null {
  const best = Math.min(...found.map(({ rank }) => rank));
  const matches = found.filter(({ rank }) => rank === best);
  if (matches.length > 1) {
    const names = matches.map(({ srg }) => srg).sort();
    const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
    throw badInput(`${bare} may be ${names.slice(0, 10).join(', ')}${more}: give the full name.`, {
      candidates: names.slice(0, 100),
    });
  }
  return matches[0] ?? null;
}
