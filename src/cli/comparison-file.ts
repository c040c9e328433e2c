import { Comparisons } from '../modules/comparison/comparison.service.js';
import { findTarget } from '../modules/name-sets/target.js';
import { MisuseError, type CliContext } from './context.js';
import { writeWholeFile } from '../shared/whole-file.js';

/** How targets are written, for the help of commands that take two. */
export const TARGETS_HELP =
  'Each is a game version (1.12.2), a release (stable_39-1.12), or either with proposals (1.12.2+draft, 1.12.2+draft-alice).';

/** Writes a file that is made of two targets, to standard output or as a whole file. */
export async function writeComparison(
  { output, openDatabase }: CliContext,
  { base, head, out }: { base: string; head: string; out: string | undefined },
  make: (comparisons: Comparisons) => Promise<Buffer>,
): Promise<void> {
  if (out === undefined && output.json) throw new MisuseError('--json reports on a file: name it with --out.');
  const progress = output.progress(`Comparing ${base} and ${head}`);
  const db = await openDatabase();
  try {
    const bytes = await make(new Comparisons(db, (text) => findTarget(db, text)));
    progress.end();
    if (out === undefined) {
      process.stdout.write(bytes);
      return;
    }
    const size = await writeWholeFile(out, (write) => write(bytes).then(() => bytes.length));
    output.result({ base, head, file: out, size }, `Wrote ${size.toLocaleString('en')} bytes to ${out}.`);
  } finally {
    progress.end();
    await db.close();
  }
}
