import { readSettings, SettingsError } from '../app/env.js';
import { AppError } from '../shared/errors.js';

// The bridge as a process of its own, for a service that runs elsewhere.
async function start(): Promise<void> {
  const settings = readSettings();
  if (settings.IRC_SERVERS === undefined) throw new SettingsError(['IRC_SERVERS: names the networks to be on']);
  const [{ createLogger }, { openBridge }] = await Promise.all([import('../app/logger.js'), import('../app/irc.js')]);
  const log = createLogger({ level: settings.LOG_LEVEL, pretty: process.stdout.isTTY });
  const bridge = await openBridge(settings, settings.IRC_SERVICE_URL, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info(`${signal}: leaving the IRC networks.`);
      bridge.stop();
    });
  }
}

start().catch((error: unknown) => {
  const told = error instanceof SettingsError || error instanceof AppError;
  console.error(told ? error.message : error);
  process.exit(error instanceof SettingsError ? 2 : 1);
});
