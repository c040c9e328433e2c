// Generates the Prisma client into src/db/generated. The client runs on driver adapters and needs no native engine, but the
// Prisma CLI downloads one unless it is told of a binary: it is told of node itself, which it never runs for `generate`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

const schema = 'prisma/schema';
const output = 'src/db/generated/client.ts';

if (process.argv.includes('--if-needed') && existsSync(output)) {
  const newest = Math.max(...readdirSync(schema).map((file) => statSync(`${schema}/${file}`).mtimeMs));
  if (statSync(output).mtimeMs >= newest) process.exit(0);
}
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const { status } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema, '--no-hints'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    ...process.env,
  },
});
process.exit(status ?? 1);
