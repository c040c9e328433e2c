import 'reflect-metadata';
import type { Database } from '../db/index.js';
import { readSettings, SettingsError } from '../app/env.js';
import { AppError } from '../shared/errors.js';
import type { CliContext } from './context.js';
import { createOutput } from './output.js';
import { EXIT, runCommand } from './program.js';

// What a command does not need is not loaded: the schema and the server take longer than most commands.
function createContext(json: boolean): CliContext {
  const settings = readSettings();
  const openUnmigrated = async (): Promise<Database> => {
    const { openDatabase } = await import('../db/index.js');
    return openDatabase({ databaseUrl: settings.DATABASE_URL, dataDir: settings.DATA_DIR });
  };
  const openDatabase = async (): Promise<Database> => {
    const { migrate } = await import('../db/index.js');
    const db = await openUnmigrated();
    await migrate(db);
    return db;
  };
  return {
    settings: { mavenUrl: settings.MCP_MAVEN_URL },
    openDatabase,
    openUnmigrated,
    async query(document, variables) {
      const { executeOnce } = await import('../app/execute-once.js');
      const db = await openDatabase();
      try {
        return await executeOnce(db, settings.PUBLIC_URL, document, variables);
      } finally {
        await db.close();
      }
    },
    async printSchema() {
      const [{ createOfflineSchema }, { printAnnotatedSchema }] = await Promise.all([
        import('../app/schema.js'),
        import('../graphql/print.js'),
      ]);
      return printAnnotatedSchema(createOfflineSchema());
    },
    output: createOutput(json),
  };
}

try {
  process.exitCode = await runCommand(process.argv.slice(2), createContext);
} catch (error) {
  if (!(error instanceof SettingsError) && !(error instanceof AppError)) throw error;
  console.error(error.message);
  process.exitCode = EXIT.misused;
}
