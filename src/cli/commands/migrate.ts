import type { Command } from 'commander';
import { migrate } from '../../db/index.js';
import type { CliContext } from '../context.js';

/** migrate. */
export function registerMigrate(program: Command, context: () => CliContext): void {
  program
    .command('migrate')
    .summary("bring the database to this build's schema")
    .description('Applies the migrations that the database lacks. A start does the same; any number may run at once.')
    .action(async () => {
      const { openUnmigrated, output } = context();
      const db = await openUnmigrated();
      try {
        const applied = await migrate(db);
        output.result({ applied }, applied.length === 0 ? 'Nothing to apply.' : `Applied ${applied.join(', ')}.`);
      } finally {
        await db.close();
      }
    });
}
