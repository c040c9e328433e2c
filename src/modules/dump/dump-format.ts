import { z } from 'zod';
import { isChainEnd } from '../history/chain.js';
import { SECTIONS } from './sections.js';

/** What the first line of a dump says that it is. */
export const FORMAT = 'mcp-dump';
/** Grows when a reader of before would misread what is written. */
export const FORMAT_VERSION = 1;

const rows = z.int().min(0);
const chainEnd = z.string().refine(isChainEnd, 'must be the end of a chain: "123:<hash in hex>"');

/** The first line of a dump. */
export const headerSchema = z.object({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  /** The instant that it shows. */
  madeAt: z.iso.datetime({ precision: 3 }),
  service: z.object({ name: z.string(), version: z.string() }),
  /** The last migration of the database that it was made of. */
  schema: z.string(),
  /** How many rows each section has. */
  counts: z.strictObject(Object.fromEntries(SECTIONS.map(({ name }) => [name, rows]))),
  /** The next id that each numbered section would give out: ids of what is gone are not given to others. */
  nextIds: z.strictObject(
    Object.fromEntries(SECTIONS.filter(({ numbered }) => numbered).map(({ name }) => [name, z.int().min(1)])),
  ),
  /** Where both chains of the history end. */
  history: z.strictObject({ changes: chainEnd, decisions: chainEnd }),
});

export type DumpHeader = z.infer<typeof headerSchema>;

/** The line before the rows of a section. */
export const sectionLine = (section: string, count: number): string => `${JSON.stringify({ section, rows: count })}\n`;

/** The last line. @param sha256 in hex, of all bytes before this line */
export const endLine = (sha256: string): string => `${JSON.stringify({ end: FORMAT, sha256 })}\n`;

/** mcp-dump-2026-11-24.jsonl.gz */
export const dumpFileName = (madeAt: Date): string => `${FORMAT}-${madeAt.toISOString().slice(0, 10)}.jsonl.gz`;
