import 'reflect-metadata';
import { createInterface } from 'node:readline';
import type { Database } from '../db/index.js';
import { readSettings, SettingsError, type Settings } from '../app/env.js';
import { AppError } from '../shared/errors.js';
import { MisuseError, type CliContext } from './context.js';
import { createOutput } from './output.js';
import { EXIT, faultText, runCommand } from './program.js';

/** The database once `work` is done with it; closed if that fails, so that nothing keeps the process. */
async function orClosed(db: Database, work: () => Promise<unknown>): Promise<Database> {
  try {
    await work();
    return db;
  } catch (error) {
    await db.close().catch(() => undefined);
    throw error;
  }
}

/** Names the server, but not the user and password that its address may hold. */
function unreachable(databaseUrl: string | undefined, error: unknown): AppError {
  const { host, pathname } = databaseUrl === undefined ? { host: '', pathname: '' } : new URL(databaseUrl);
  const where = databaseUrl === undefined ? 'The embedded database' : `The database at ${host}${pathname}`;
  return new AppError('INTERNAL_SERVER_ERROR', `${where} can't be used: ${faultText(error)}.`, {}, { cause: error });
}

function checkedSettings(): Settings {
  try {
    return readSettings();
  } catch (error) {
    throw error instanceof SettingsError ? new MisuseError(error.message) : error;
  }
}

async function readSecret(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) if (line !== '') return line;
  throw new MisuseError('Nothing came from standard input.');
}

// What a command does not need is not loaded: the schema and the server take longer than most commands.
function createContext(json: boolean): CliContext {
  const settings = checkedSettings();
  const openUnmigrated = async (): Promise<Database> => {
    const { openDatabase } = await import('../db/index.js');
    const db = await openDatabase({ databaseUrl: settings.DATABASE_URL, dataDir: settings.DATA_DIR });
    return orClosed(db, async () => {
      // A server is asked here, where a fault of the connection is known to be one.
      await db.query('SELECT 1').catch((error: unknown) => {
        throw unreachable(settings.DATABASE_URL, error);
      });
    });
  };
  const openDatabase = async (): Promise<Database> => {
    const { migrate } = await import('../db/index.js');
    const db = await openUnmigrated();
    return orClosed(db, () => migrate(db));
  };
  return {
    settings: { mavenUrl: settings.MCP_MAVEN_URL, dataDir: settings.DATA_DIR },
    openDatabase,
    openUnmigrated,
    async openKeyring() {
      const [{ Keyring }, { secretKeys }] = await Promise.all([
        import('../auth/keyring.js'),
        import('../app/secret-keys.js'),
      ]);
      return new Keyring(await secretKeys(settings));
    },
    async query(document, variables) {
      const { executeOnce } = await import('../app/execute-once.js');
      const db = await openDatabase();
      try {
        return await executeOnce(db, settings.PUBLIC_URL, document, variables);
      } finally {
        await db.close();
      }
    },
    readSecret,
    async printSchema() {
      const { printProjectSchema } = await import('../app/schema.js');
      return printProjectSchema();
    },
    output: createOutput(json),
  };
}

// A reader that has enough (`| head`) ends the output, and is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});

void runCommand(process.argv.slice(2), createContext).then((status) => (process.exitCode = status));
