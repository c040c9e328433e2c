// The whole suite on a PostgreSQL server: that of TEST_DATABASE_URL, or the one on this machine.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('npx', ['vitest', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { TEST_DATABASE_URL: 'postgres://postgres@127.0.0.1:5432/postgres', ...process.env },
});
process.exit(status ?? 1);
