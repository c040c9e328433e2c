import { Option, type Command } from 'commander';
import { gunzipSync } from 'node:zlib';
import { MIGRATION_FORMATS, type MigrationFormat } from '../../modules/comparison/migration.js';
import { TARGETS_HELP, writeComparison } from '../comparison-file.js';
import type { CliContext } from '../context.js';

interface MigrationOptions {
  format: MigrationFormat;
  all?: boolean;
  out?: string;
}

/** migration. */
export function registerMigration(program: Command, context: () => CliContext): void {
  program
    .command('migration')
    .summary('write which old names became which new ones')
    .description(
      'Writes what source code that uses the names of <base> has to use for <head>: a table (csv, json), TSRG for tools that remap ' +
        `sources, or the classes as IntelliJ's migration map (xml). ${TARGETS_HELP}`,
    )
    .argument('<base>', 'the names that the code uses')
    .argument('<head>', 'the names that it is to use')
    .addOption(new Option('--format <format>', 'how it is written').choices(MIGRATION_FORMATS).default('csv'))
    .option('--all', 'with the names that stay as they are')
    .option('--out <file>', 'write it to a file, which appears when it is whole')
    .action(async (base: string, head: string, { format, all = false, out }: MigrationOptions) => {
      await writeComparison(context(), { base, head, out }, async (comparisons) => {
        const { bytes } = await comparisons.migration(base, head, { format, all });
        return gunzipSync(bytes);
      });
    });
}
