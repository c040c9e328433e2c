import { walk } from '../../support/paging.js';
import { CompareDocument, type CompareQuery, type CompareQueryVariables } from '../../support/generated/documents.js';
import type { TestService } from '../../support/service.js';

export type Told = CompareQuery['compare'];
export type ToldEntry = Told['entries'][number];

export const compare = async (
  service: TestService,
  base: string,
  head: string,
  options: Partial<CompareQueryVariables> = {},
): Promise<Told> => (await service.query(CompareDocument, { ...ASKED, base, head, ...options })).compare;

export const ASKED = { kinds: null, changes: null, first: 200, after: null };

/** All entries, read page by page. */
export async function allEntries(
  service: TestService,
  base: string,
  head: string,
  options: Partial<CompareQueryVariables> = {},
): Promise<{ rows: ToldEntry[]; pages: number }> {
  return walk(async (after) => {
    const { entries, pageInfo } = await compare(service, base, head, { ...options, after });
    return { ...pageInfo, rows: entries };
  });
}

/** The counts of a comparison that are not 0. */
export const countsOf = ({ added, removed, renamed, redocumented, new: fresh, gone, moved }: Told) =>
  Object.fromEntries(
    Object.entries({ added, removed, renamed, redocumented, new: fresh, gone, moved }).filter(([, count]) => count > 0),
  );

/** An entry in short: `RENAMED func_1_a tick -> update`. */
export const short = ({ change, srg, oldName, newName }: ToldEntry): string =>
  `${change} ${srg} ${oldName ?? '-'} -> ${newName ?? '-'}`;
