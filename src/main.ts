import 'reflect-metadata';
import { AppError } from './shared/errors.js';
import { readSettings, SettingsError } from './app/env.js';

try {
  const settings = readSettings();
  // The settings are checked before the rest is loaded: a typing error is told at once.
  const [{ createLogger }, { serve }] = await Promise.all([import('./app/logger.js'), import('./app/serve.js')]);
  await serve(settings, createLogger({ level: settings.LOG_LEVEL, pretty: process.stdout.isTTY }));
} catch (error) {
  const told = error instanceof SettingsError || error instanceof AppError;
  console.error(told ? error.message : error);
  process.exit(error instanceof SettingsError ? 2 : 1);
}
