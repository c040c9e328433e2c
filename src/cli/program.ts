import { Command, CommanderError } from 'commander';
import { AppError } from '../shared/errors.js';
import { UserErrors } from '../shared/user-errors.js';
import { registerAccounts } from './commands/accounts.js';
import { registerChangelog } from './commands/changelog.js';
import { registerDump } from './commands/dump.js';
import { registerExport } from './commands/export.js';
import { registerImports } from './commands/import.js';
import { registerIrc } from './commands/irc.js';
import { registerKeys } from './commands/keys.js';
import { registerLookup } from './commands/lookup.js';
import { registerMigrate } from './commands/migrate.js';
import { registerMigration } from './commands/migration.js';
import { registerPrintSchema } from './commands/print-schema.js';
import { registerReleases } from './commands/releases.js';
import { registerRestore } from './commands/restore.js';
import { registerVerifyHistory } from './commands/verify-history.js';
import { MisuseError, type CliContext } from './context.js';

/** Exit statuses: done, refused with a reason, misused. */
export const EXIT = { done: 0, refused: 1, misused: 2 } as const;

/**
 * Runs one command line.
 * @param createContext called when a command starts, with whether `--json` was given
 * @returns the exit status
 */
export async function runCommand(
  args: readonly string[],
  createContext: (json: boolean) => CliContext,
): Promise<number> {
  const program = new Command('mcp')
    .description("Minecraft's Mod Coder Pack names: imports, look-ups and upkeep. Settings come from the environment.")
    .showHelpAfterError('(--help tells more)')
    .exitOverride();
  const json = args.includes('--json');
  const context = () => createContext(json);
  registerImports(program, context);
  registerExport(program, context);
  registerLookup(program, context);
  registerChangelog(program, context);
  registerMigration(program, context);
  registerMigrate(program, context);
  registerPrintSchema(program, context);
  registerReleases(program, context);
  registerVerifyHistory(program, context);
  registerDump(program, context);
  registerRestore(program, context);
  registerAccounts(program, context);
  registerKeys(program, context);
  registerIrc(program, context);
  for (const command of runnable(program)) {
    command.option('--json', 'print the result as JSON').exitOverride().showHelpAfterError('(--help tells more)');
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misused;
    if (error instanceof AppError) {
      process.stderr.write(json ? `${JSON.stringify(refusal(error))}\n` : `${error.message}\n`);
      return EXIT.refused;
    }
    if (error instanceof UserErrors) {
      process.stderr.write(json ? `${JSON.stringify({ errors: error.problems })}\n` : `${error.message}\n`);
      return EXIT.refused;
    }
    if (error instanceof MisuseError) {
      process.stderr.write(`${error.message}\n`);
      return EXIT.misused;
    }
    // A fault, not a refusal: a full disk, a lost connection. The message says what the operator needs.
    process.stderr.write(json ? `${JSON.stringify(fault(error))}\n` : `Failed: ${faultText(error)}\n`);
    return EXIT.refused;
  }
}

/** The commands that do something, and the groups that they stand in. */
const runnable = (command: Command): Command[] => command.commands.flatMap((each) => [each, ...runnable(each)]);

/** A fault in words; several behind one, as of a host with two addresses, in one line. */
export function faultText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(faultText).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}

const fault = (error: unknown) => ({ error: { code: 'INTERNAL_SERVER_ERROR', message: faultText(error) } });

const refusal = ({ code, message, details }: AppError) => ({ error: { code, message, ...details } });
