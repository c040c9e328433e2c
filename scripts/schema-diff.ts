import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { createEngine, migrationList, NO_FILTER } from '../src/db/migration-engine.js';
import { readMigrations } from '../src/db/migration-files.js';
import { scriptAdapter } from '../src/db/script-adapter.js';

const open = () => PGlite.create({ extensions: { pg_trgm, btree_gin } });

/** The SQL that prisma/migrations lacks to give what prisma/schema says; null where they agree. */
export async function schemaDiff(): Promise<string | null> {
  const dir = fileURLToPath(new URL('../prisma/schema', import.meta.url));
  const files = (await readdir(dir)).filter((file) => file.endsWith('.prisma')).sort();
  const schema = await Promise.all(
    files.map(async (file) => ({ path: `${dir}/${file}`, content: await readFile(`${dir}/${file}`, 'utf8') })),
  );
  const [main, shadow] = await Promise.all([open(), open()]);
  const factory = new PrismaPGlite(main);
  const adapter: SqlMigrationAwareDriverAdapterFactory = {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => factory.connect(),
    // The migrations are replayed into a database of their own and then compared.
    connectToShadowDb: () => scriptAdapter(new PrismaPGlite(shadow), (script) => shadow.exec(script)).connect(),
  };
  try {
    const engine = await createEngine(
      adapter,
      schema.map(({ path, content }) => [path, content]),
    );
    const { stdout, exitCode } = await engine.diff({
      from: { tag: 'migrations', ...migrationList(readMigrations()) },
      to: { tag: 'schemaDatamodel', files: schema },
      script: true,
      exitCode: true,
      filters: NO_FILTER,
    });
    engine.free();
    return exitCode === 2 ? stdout : null;
  } finally {
    await Promise.all([main.close(), shadow.close()]);
  }
}
