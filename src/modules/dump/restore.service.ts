import { copyLine } from '../../db/copy.js';
import type { Database, Tx } from '../../db/index.js';
import { AppError } from '../../shared/errors.js';
import { writeHistory } from '../history/history.store.js';
import { readHistory } from '../history/verify.service.js';
import { lockImports } from '../imports/version-import.store.js';
import { readReleases } from '../releases/verify-releases.service.js';
import { deleteSample } from '../versions/versions.store.js';
import type { DumpHeader } from './dump-format.js';
import type { DumpReader } from './dump-reader.js';
import { rowRestorer } from './restore-rows.js';
import {
  analyseRestored,
  holdEmpty,
  releasesApart,
  setHistoryEnds,
  setNextIds,
  type Occupants,
} from './restore.store.js';
import { RowFault } from './row-values.js';
import { SECTIONS, type Section } from './sections.js';

/** Characters of rows that go to the database at once. */
const BLOCK = 1024 * 1024;

/** SQLSTATE classes of values that a column does not take, and of rows that do not go together. */
const ROW_REFUSED = /^2[23]/;

export interface RestoreReport extends Omit<DumpHeader, 'format' | 'formatVersion' | 'nextIds'> {
  /** The sample version that stood there, and is gone. */
  replacedSample: string | null;
  /** What does not fit together in what was restored, as sentences; none unless that was allowed. */
  problems: string[];
}

export interface RestoreOptions {
  /** Takes over a history or releases that do not verify, as they are. */
  allowProblems?: boolean;
  /** Called now and then with how many rows of how many are restored. */
  onProgress?: (done: number, total: number) => void;
  /** Called when all rows are there, and are checked. */
  onVerify?: () => void;
}

/**
 * Fills an empty database with what a dump holds: all of it, or nothing. Rows keep their ids, so that links and seals stay good.
 * @throws AppError BAD_USER_INPUT for a file that is no whole dump, CONFLICT for a database that is not empty and for a dump that does not
 *   verify
 */
export async function restoreDump(
  db: Database,
  reader: DumpReader,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const header = await reader.header();
  return db.transaction(async (tx) => {
    await lockImports(tx);
    return writeHistory(tx, async () => {
      refuseOccupied(await holdEmpty(tx));
      const replacedSample = await deleteSample(tx);
      await restoreRows(tx, reader, header, options);
      await reader.end();
      await setHistoryEnds(tx, header.history);
      await setNextIds(tx, header.nextIds);
      await analyseRestored(tx);
      options.onVerify?.();
      const problems = await problemsOf(tx);
      if (problems.length > 0 && !options.allowProblems) {
        throw new AppError('CONFLICT', `What ${reader.name} holds does not fit together:\n  ${problems.join('\n  ')}`);
      }
      const { madeAt, service, schema, counts, history } = header;
      return { madeAt, service, schema, counts, history, replacedSample, problems };
    });
  });
}

function refuseOccupied(occupants: Occupants): void {
  const found = Object.entries(occupants).filter(([, count]) => count > 0);
  if (found.length === 0) return;
  const list = found.map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`).join(', ');
  throw new AppError(
    'CONFLICT',
    `The database is not empty: it has ${list}. A dump is restored into an empty one; ids that are taken could not stay what they were.`,
  );
}

async function restoreRows(
  tx: Tx,
  reader: DumpReader,
  header: DumpHeader,
  { onProgress }: RestoreOptions,
): Promise<void> {
  const total = Object.values(header.counts).reduce((sum, count) => sum + count, 0);
  let done = 0;
  for (const section of SECTIONS) {
    await restoreSection(tx, reader, header, section, (rows) => onProgress?.((done += rows), total));
  }
}

async function restoreSection(
  tx: Tx,
  reader: DumpReader,
  header: DumpHeader,
  section: Section,
  onRows: (rows: number) => void,
): Promise<void> {
  const { target, values } = rowRestorer(section, header);
  let lines: string[] = [];
  let length = 0;
  const write = async (lastLine: number) => {
    try {
      await tx.copyFrom(target, lines);
    } catch (error) {
      throw refusedRows(reader, error, lastLine - lines.length + 1, lastLine);
    }
    onRows(lines.length);
    lines = [];
    length = 0;
  };
  let last = 0;
  for await (const { line, value } of reader.rows(section, header.counts[section.name]!)) {
    last = line;
    const text = copyLine(checked(reader, () => values(value)));
    lines.push(text);
    length += text.length;
    if (length >= BLOCK) await write(line);
  }
  if (lines.length > 0) await write(last);
}

function checked<T>(reader: DumpReader, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RowFault ? reader.fault(error.message) : error;
  }
}

/** What the database says against some lines, in words; a fault of another kind as it is. */
function refusedRows(reader: DumpReader, error: unknown, first: number, last: number): unknown {
  const { code = '', message, detail } = error as Error & { code?: string; detail?: string };
  if (!ROW_REFUSED.test(code)) return error;
  const why = detail === undefined ? message : `${message}: ${detail.replace(/\.$/, '')}`;
  return reader.fault(`one of the lines from ${first} to ${last} can not stand in the database (${why})`, first);
}

/** What of the restored does not fit together, as sentences. */
async function problemsOf(tx: Tx): Promise<string[]> {
  const { problems } = await readHistory(tx);
  const found = problems.map(({ message }) => message);
  for (const { name, changeCount, found: count } of await releasesApart(tx)) {
    found.push(`The release ${name} has ${count} changes, and should have ${changeCount}.`);
  }
  const { problem } = await readReleases(tx);
  if (problem !== null) found.push(problem);
  return found;
}
