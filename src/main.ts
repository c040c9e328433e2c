import 'reflect-metadata';
import { setImmediate as turn } from 'node:timers/promises';
import { AppError } from './shared/errors.js';
import { readSettings, SettingsError } from './app/env.js';

async function start(): Promise<void> {
  const settings = readSettings();
  // The settings are checked before the rest is loaded: a typing error is told at once.
  const [{ createLogger }, { openDatabase }] = await Promise.all([import('./app/logger.js'), import('./db/index.js')]);
  const log = createLogger({ level: settings.LOG_LEVEL, pretty: process.stdout.isTTY });
  const opening = openDatabase({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    onError: (error) => log.error({ err: error }, 'database'),
  });
  opening.catch(() => undefined);
  // Once it has begun other threads compile PGlite: meanwhile this one loads the service.
  await turn();
  const { serve } = await import('./app/serve.js');
  await serve(settings, log, opening);
}

start().catch((error: unknown) => {
  const told = error instanceof SettingsError || error instanceof AppError;
  console.error(told ? error.message : error);
  process.exit(error instanceof SettingsError ? 2 : 1);
});
