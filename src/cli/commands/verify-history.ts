import { InvalidArgumentError, type Command } from 'commander';
import { isChainEnd, type ChainEnd } from '../../modules/history/chain.js';
import { verifyHistory, type HistoryReport } from '../../modules/history/verify.service.js';
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
    .summary('prove that the history was not rewritten')
    .description(
      'Reads all changes and decisions and checks numbers, seals, states and names; names the first row that is broken, and ' +
        'ends with status 1 then. Note the ends that it prints somewhere else: with --expect-changes and --expect-decisions it ' +
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
        progress.end();
        output.result(report, reportText(report));
        if (report.problems.length > 0) throw new AppError('CONFLICT', 'The history is not what was written.');
      } finally {
        progress.end();
        await db.close();
      }
    });
}

const counted = (count: number, one: string, several: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`;

function reportText({ changes, decisions, entries, problems }: HistoryReport): string {
  const lines = [
    `${counted(changes.count, 'change', 'changes')}, up to ${changes.end}`,
    `${counted(decisions.count, 'decision', 'decisions')}, up to ${decisions.end}`,
    `${counted(entries, 'entry', 'entries')} with committed changes`,
    ...problems.flatMap(({ message, found, expected }) => [message, `  found     ${found}`, `  expected  ${expected}`]),
  ];
  if (problems.length === 0) lines.push('Numbers, seals, states and names are as they were written.');
  return lines.map(printable).join('\n');
}
