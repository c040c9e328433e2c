import type { Command } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors.js';
import type { CliContext } from '../context.js';

/** print-schema. */
export function registerPrintSchema(program: Command, context: () => CliContext): void {
  program
    .command('print-schema')
    .summary('print the GraphQL schema')
    .description('Prints the schema with its directives and descriptions. It needs no database.')
    .option('--out <file>', 'write it to a file')
    .option('--check <file>', 'compare it with a file, and fail where they differ')
    .action(async ({ out, check }: { out?: string; check?: string }) => {
      const { printSchema, output } = context();
      const schema = await printSchema();
      if (check !== undefined) {
        const committed = await readFile(check, 'utf8').catch(() => '');
        if (committed !== schema) {
          throw new AppError(
            'CONFLICT',
            `${check} is not what the server has; run \`npm run schema:print\` and commit it.`,
          );
        }
        output.result({ file: check, differs: false }, `${check} is up to date.`);
      } else if (out !== undefined) {
        await writeFile(out, schema);
        output.result({ file: out }, `Wrote ${out}.`);
      } else {
        output.result({ schema }, schema.trimEnd());
      }
    });
}
