import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbedded } from '../../src/db/embedded.js';
import { migrate } from '../../src/db/migrate.js';
import { openPostgresql } from '../../src/db/postgresql.js';
import { asAdmin, withDatabase } from './database.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A dumped database directory with all migrations applied. */
    emptyDatabase: string;
    postgresql: { url: string; template: string } | null;
  }
}

/** Migrates once; every test file then starts from a copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-test-'));
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined || url === '') {
    const db = await openEmbedded({});
    await migrate(db);
    const file = join(directory, 'empty.tar');
    await writeFile(file, Buffer.from(await (await db.dump()).arrayBuffer()));
    await db.close();
    project.provide('emptyDatabase', file);
    project.provide('postgresql', null);
    return () => rm(directory, { recursive: true, force: true });
  }
  const template = `mcp_template_${process.pid}`;
  await asAdmin(url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await asAdmin(url, `CREATE DATABASE ${template}`);
  const db = openPostgresql({ url: withDatabase(url, template) });
  await migrate(db);
  await db.close();
  project.provide('emptyDatabase', '');
  project.provide('postgresql', { url, template });
  return async () => {
    await asAdmin(url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await rm(directory, { recursive: true, force: true });
  };
}
