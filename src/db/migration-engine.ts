import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Database } from './database.js';
import { MIGRATIONS_DIR, type Migration } from './migration-files.js';

// Prisma's own migration engine as WebAssembly: it needs no native download and keeps Prisma's `_prisma_migrations` table.

// Node's types leave WebAssembly to the DOM library, which this project does not load.
declare const WebAssembly: {
  instantiate: (
    wasm: Uint8Array,
    imports: Record<string, object>,
  ) => Promise<{ instance: { exports: { __wbindgen_start: () => void } } }>;
};

let loaded: Promise<void> | undefined;

async function load(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const wasm = await readFile(entry.replace(/schema_engine\.js$/, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  const { __wbg_set_wasm: setWasm } = bindings as unknown as { __wbg_set_wasm: (exports: object) => void };
  setWasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** Everything in the database belongs to the schema. */
export const NO_FILTER: bindings.SchemaFilter = { externalTables: [], externalEnums: [] };

/** The engine on a database; `datamodel` is the Prisma schema to compare with, for development. */
export async function createEngine(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  datamodels?: [string, string][],
): Promise<bindings.SchemaEngine> {
  await (loaded ??= load());
  return bindings.SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(adapter));
}

export const migrationList = (migrations: Migration[]): bindings.MigrationList => ({
  baseDir: MIGRATIONS_DIR,
  lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
  shadowDbInitScript: '',
  migrationDirectories: migrations.map(({ name, script }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
  })),
});

/** Applies what the database lacks. @returns the names of what was applied */
export function applyMigrations(db: Database, migrations: Migration[]): Promise<string[]> {
  return db.exclusively(async (adapter) => {
    const engine = await createEngine(adapter);
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: migrationList(migrations),
        filters: NO_FILTER,
      });
      return appliedMigrationNames;
    } finally {
      engine.free();
    }
  });
}
