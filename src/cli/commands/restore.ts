import type { Command } from 'commander';
import { openDump } from '../../modules/dump/dump-source.js';
import { restoreDump, type RestoreReport } from '../../modules/dump/restore.service.js';
import type { CliContext } from '../context.js';
import { printable } from '../output.js';
import { countedRows } from '../report-text.js';

/** restore. */
export function registerRestore(program: Command, context: () => CliContext): void {
  program
    .command('restore')
    .summary('fill an empty database from a dump')
    .description(
      'Brings back what `mcp dump` or /exports/dump wrote, into a database that is empty but for the sample version: all of it or ' +
        'nothing. Accounts come back with their handles and without a way in; roles, tokens and passwords are not in a dump.',
    )
    .argument('<source>', 'a file, an http(s) URL of one, or - for standard input')
    .option('--allow-problems', 'restore a history or releases that do not verify as they are, and tell what is wrong')
    .action(async (source: string, { allowProblems }: { allowProblems?: boolean }) => {
      const { openDatabase, output } = context();
      const progress = output.progress('Opening');
      const reader = await openDump(source, process.stdin);
      try {
        const db = await openDatabase();
        try {
          progress.step('Restoring');
          const report = await restoreDump(db, reader, {
            allowProblems,
            onProgress: (done, total) => progress.update(done, total),
            onVerify: () => progress.step('Verifying'),
          });
          progress.end();
          output.result(report, reportText(report));
        } finally {
          await db.close();
        }
      } finally {
        progress.end();
        await reader.close();
      }
    });
}

function reportText({ madeAt, service, counts, history, replacedSample, problems }: RestoreReport): string {
  return [
    `Restored the dump of ${madeAt}, made by ${service.name} ${service.version}.`,
    ...countedRows(counts),
    `changes    up to ${history.changes}`,
    `decisions  up to ${history.decisions}`,
    ...(replacedSample === null ? [] : [`The sample version ${replacedSample} is gone.`]),
    ...(problems.length === 0
      ? ['History, releases and names are as they were written.']
      : ['What does not fit together:', ...problems.map((problem) => `  ${problem}`)]),
    'Accounts have no way in yet: mcp user create <handle> --role ADMIN makes an administrator, who links people to theirs.',
  ]
    .map(printable)
    .join('\n');
}
