import type { Command } from 'commander';
import { TARGETS_HELP, writeComparison } from '../comparison-file.js';
import type { CliContext } from '../context.js';

/** changelog. */
export function registerChangelog(program: Command, context: () => CliContext): void {
  program
    .command('changelog')
    .summary('write what two name sets differ in')
    .description(
      `Writes a changelog as Markdown: counts, names by class, documentation; between releases their notes, too. ${TARGETS_HELP}`,
    )
    .argument('<base>', 'what is compared with')
    .argument('<head>', 'what is compared')
    .option('--out <file>', 'write it to a file, which appears when it is whole')
    .action(async (base: string, head: string, { out }: { out?: string }) => {
      await writeComparison(context(), { base, head, out }, async (comparisons) =>
        Buffer.from((await comparisons.changelog(base, head)).markdown),
      );
    });
}
