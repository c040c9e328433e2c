import type { Sql } from '../../db/index.js';
import { badInput } from '../../shared/errors.js';
import { findVersion } from '../versions/versions.service.js';
import { classesByName, findBySpelling } from './lookup.store.js';
import type { MappingKind, MappingRow } from './mapping.js';
import { mappingBySrg } from './mappings.store.js';
import { parseSpelling } from './spelling.js';

type InVersion<Input> = Input & { version?: string | null };

/** The entry of an SRG id, or null. @throws AppError NOT_FOUND for an unknown version */
export async function mapping(db: Sql, { version, srg }: InVersion<{ srg: string }>): Promise<MappingRow | null> {
  const { id } = await findVersion(db, version);
  return mappingBySrg(db, id, srg.trim());
}

/**
 * Everything that an exact spelling can mean, best first, at most 200.
 * @throws AppError BAD_USER_INPUT for a malformed spelling, NOT_FOUND for an unknown version
 */
export async function lookup(
  db: Sql,
  { version, name, kinds }: InVersion<{ name: string; kinds?: readonly MappingKind[] | null }>,
): Promise<MappingRow[]> {
  const spelling = parseSpelling(name);
  const { id } = await findVersion(db, version);
  return findBySpelling(db, id, spelling, kinds ?? null);
}

/**
 * The class of a full, short or obfuscated name, or null.
 * @throws AppError BAD_USER_INPUT naming the candidates where a short name stands for several
 */
export async function classByName(db: Sql, { version, name }: InVersion<{ name: string }>): Promise<MappingRow | null> {
  const { classes, bare } = parseSpelling(name);
  const { id } = await findVersion(db, version);
  const found = await classesByName(db, id, classes);
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
