import { InvalidArgumentError, type Command } from 'commander';
import { once } from 'node:events';
import { exportChoice } from '../../modules/exports/export-choice.js';
import { exportedFiles, type ExportedFile } from '../../modules/exports/exported-file.js';
import { writeExport } from '../../modules/exports/write-export.service.js';
import { parseReleaseName } from '../../modules/releases/release-names.js';
import { MisuseError, type CliContext } from '../context.js';
import { writeWholeFile } from '../../shared/whole-file.js';

interface ExportOptions {
  version?: string;
  release?: string;
  draft?: string | true;
  format: ExportedFile;
  from?: string;
  to?: string;
  namespaces?: string;
  nodoc?: boolean;
  out?: string;
}

const FORMATS = exportedFiles.map(({ format, fileName }) => (format === null ? fileName : `${format} (${fileName})`));

/** A format in any case, or what its file is called. */
function formatArgument(text: string): ExportedFile {
  const wanted = text.toUpperCase().replaceAll('-', '_');
  const found = exportedFiles.find(({ format, fileName }) => format === wanted || fileName === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`There is ${FORMATS.join(', ')}.`);
  return found;
}

/** What the options name, as addresses of exports have it. @throws MisuseError */
function targetOf({ version, release, draft }: ExportOptions): string {
  const base = release ?? version;
  if (base === undefined) throw new MisuseError('Name a game version with --version, or a release with --release.');
  if (release !== undefined && version !== undefined && parseReleaseName(release)?.version !== version) {
    throw new MisuseError(`--release ${release} is not of --version ${version}.`);
  }
  return base + (draft === undefined ? '' : draft === true ? '+draft' : `+draft-${draft}`);
}

/** Writes to standard output as fast as it is read. */
async function toStdout(piece: Buffer): Promise<void> {
  if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
}

/** export. */
export function registerExport(program: Command, context: () => CliContext): void {
  program
    .command('export')
    .summary('write names in a format')
    .description(
      'Writes the names of a game version or of a release in a format, to standard output or to a file. With --draft also what ' +
        'is proposed for them.',
    )
    .option('--version <version>', 'the game version, e.g. 1.12.2')
    .option('--release <name>', 'a release, e.g. snapshot_20201028-1.16.3')
    .option('--draft [handle]', 'with the proposals of everybody, or of one user, over the names')
    .requiredOption('--format <format>', `one of ${FORMATS.join(', ')}`, formatArgument)
    .option('--from <namespace>', 'the names to translate from: obf, srg or mcp')
    .option('--to <namespace>', 'the names to translate to')
    .option('--namespaces <list>', 'two or three namespaces, for formats that hold them: obf,srg,mcp')
    .option('--nodoc', 'without documentation')
    .option('--out <file>', 'write it to a file, which appears when it is whole')
    .action(async (options: ExportOptions) => {
      const { format: file, from, to, namespaces, nodoc, out } = options;
      const { output, openDatabase } = context();
      const target = targetOf(options);
      const choice = exportChoice(file, { from, to, namespaces, documentation: nodoc !== true });
      if (out === undefined && output.json) throw new MisuseError('--json reports on a file: name it with --out.');
      if (out === undefined && file.shape === 'ARCHIVE' && process.stdout.isTTY) {
        throw new MisuseError(`${file.fileName} is no text: name a file with --out.`);
      }
      const progress = output.progress(`Writing ${file.fileName} of ${target}`);
      const db = await openDatabase();
      let done = 0;
      const writeTo = (write: (piece: Buffer) => Promise<void>) =>
        writeExport(db, target, file, choice, async (piece) => {
          await write(piece);
          done += piece.length;
          // A terminal has room for the file or for how far it is.
          if (out !== undefined || !process.stdout.isTTY) progress.update(done, null);
        });
      try {
        if (out === undefined) {
          await writeTo(toStdout);
          return;
        }
        const written = await writeWholeFile(out, writeTo);
        progress.end();
        const report = { target, format: file.format, file: out, ...written };
        output.result(report, `Wrote ${written.size.toLocaleString('en')} bytes to ${out}.`);
      } finally {
        progress.end();
        await db.close();
      }
    });
}
