import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';

interface ServerError extends Error {
  code?: string;
  severity?: string;
  detail?: string;
  column?: string;
  hint?: string;
}

/**
 * An adapter for the migration engine that sends a script to the server as it is. The adapters' own ways do not carry
 * migrations: that of pg cuts at every semicolon, also inside comments and function bodies; that of PGlite waits for nothing.
 */
export function scriptAdapter(
  factory: SqlMigrationAwareDriverAdapterFactory,
  runScript: (script: string) => Promise<unknown>,
): SqlMigrationAwareDriverAdapterFactory {
  const withScripts = (adapter: SqlDriverAdapter): SqlDriverAdapter =>
    Object.assign(adapter, {
      async executeScript(script: string) {
        try {
          await runScript(script);
        } catch (error) {
          const { code = 'N/A', severity = 'ERROR', message, detail, column, hint } = error as ServerError;
          throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
        }
      },
    });
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => withScripts(await factory.connect()),
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}
