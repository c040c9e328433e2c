import type { Command } from 'commander';
import { dumpFileName } from '../../modules/dump/dump-format.js';
import { writeDump } from '../../modules/dump/dump.service.js';
import type { CliContext } from '../context.js';
import { countedRows } from '../report-text.js';

/** dump. */
export function registerDump(program: Command, context: () => CliContext): void {
  program
    .command('dump')
    .summary('write all public data into one file')
    .description(
      'Writes everything that anyone may see into one file, with its history: game versions, names, changes, decisions, comments, ' +
        'releases. Nothing of how people sign in is in it. `mcp restore` brings it back; docs/DUMP.md tells how to read it.',
    )
    .option('--out <file>', 'where to; mcp-dump-<day>.jsonl.gz in this folder where it is not given')
    .action(async ({ out }: { out?: string }) => {
      const { openDatabase, output } = context();
      const progress = output.progress('Dumping');
      const db = await openDatabase();
      try {
        const now = new Date();
        const file = out ?? dumpFileName(now);
        const report = await writeDump(db, file, { now, onProgress: (done, total) => progress.update(done, total) });
        progress.end();
        const { size, sha256, counts, history } = report;
        const lines = [
          `Wrote ${file}: ${size.toLocaleString('en')} bytes.`,
          ...countedRows(counts),
          `SHA-256    ${sha256}`,
          `changes    up to ${history.changes}`,
          `decisions  up to ${history.decisions}`,
        ];
        output.result({ file, ...report }, lines.join('\n'));
      } finally {
        progress.end();
        await db.close();
      }
    });
}
