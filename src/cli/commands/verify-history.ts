import { InvalidArgumentError, type Command } from 'commander';
import { isChainEnd, type ChainEnd } from '../../modules/history/chain.js';
import { verifyHistory, type HistoryReport } from '../../modules/history/verify.service.js';
import { verifyReleases, type ReleaseReport } from '../../modules/releases/verify-releases.service.js';
import { AppError } from '../../shared/errors.js';
import type { CliContext } from '../context.js';
import { printable } from '../output.js';

interface VerifyHistoryOptions {
  expectChanges?: ChainEnd;
  expectDecisions?: ChainEnd;
}

function endArgument(text: string): ChainEnd {
  if (!isChainEnd(text)) throw new InvalidArgumentError('Give an end as this command prints it: 123:<64 hex digits>.');
  return text;
}

/** verify-history. */
export function registerVerifyHistory(program: Command, context: () => CliContext): void {
  program
    .command('verify-history')
    .summary('prove that history and releases were not rewritten')
    .description(
      'Reads all changes and decisions and checks numbers, seals, states and names; names the first row that is broken, and ' +
        'ends with status 1 then. Of releases it checks the sums of all files, and that their contents are those published. Note the ends that it prints somewhere else: with --expect-changes and --expect-decisions it ' +
        'proves later that nothing up to them was swapped, even where all seals were made anew.',
    )
    .option('--expect-changes <end>', 'an end of the changes that was noted: 123:<hash>', endArgument)
    .option('--expect-decisions <end>', 'an end of the decisions that was noted: 5:<hash>', endArgument)
    .action(async ({ expectChanges: changes, expectDecisions: decisions }: VerifyHistoryOptions) => {
      const { openDatabase, output } = context();
      const progress = output.progress('Reading the history');
      const db = await openDatabase();
      try {
        const onProgress = (done: number, total: number) => progress.update(done, total);
        const report = await verifyHistory(db, { expect: { changes, decisions }, onProgress });
        progress.step('Reading the releases');
        const releases = await verifyReleases(db, (done) => progress.update(done, null));
        progress.end();
        output.result({ ...report, releases }, reportText(report, releases));
        if (report.problems.length > 0) throw new AppError('CONFLICT', 'The history is not what was written.');
        if (releases.problem !== null) throw new AppError('CONFLICT', 'A release is not what was published.');
      } finally {
        progress.end();
        await db.close();
      }
    });
}

const counted = (count: number, one: string, several: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`;

function reportText({ changes, decisions, entries, problems }: HistoryReport, releases: ReleaseReport): string {
  const lines = [
    `${counted(changes.count, 'change', 'changes')}, up to ${changes.end}`,
    `${counted(decisions.count, 'decision', 'decisions')}, up to ${decisions.end}`,
    `${counted(entries, 'entry', 'entries')} with committed changes`,
    counted(releases.count, 'release', 'releases'),
    ...problems.flatMap(({ message, found, expected }) => [message, `  found     ${found}`, `  expected  ${expected}`]),
  ];
  if (problems.length === 0) lines.push('Numbers, seals, states and names are as they were written.');
  lines.push(releases.problem ?? 'Releases are as they were published.');
  return lines.map(printable).join('\n');
}
