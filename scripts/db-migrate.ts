// Writes a new migration from what prisma/schema has and prisma/migrations lacks:  npm run db:migrate -- <name>
// Add by hand what Prisma has no word for (partial, expression and trigram indexes, functions, triggers). It is applied at the
// next start, or by `npm run mcp -- migrate`.
import { mkdir, writeFile } from 'node:fs/promises';
import { schemaDiff } from './schema-diff.js';

const name = process.argv[2];
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error('usage: npm run db:migrate -- <name_in_snake_case>');
  process.exit(2);
}
const sql = await schemaDiff();
if (sql === null) {
  console.log('prisma/migrations gives all that prisma/schema has.');
} else {
  const directory = `prisma/migrations/${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
  await mkdir(directory, { recursive: true });
  await writeFile(`${directory}/migration.sql`, sql);
  console.log(`Wrote ${directory}/migration.sql`);
}
