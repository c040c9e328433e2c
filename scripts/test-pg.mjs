// The whole suite on a PostgreSQL and a Redis server: those of TEST_DATABASE_URL and TEST_REDIS_URL, or the ones on this machine.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('npx', ['vitest', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    TEST_DATABASE_URL: 'postgres://postgres@127.0.0.1:5432/postgres',
    TEST_REDIS_URL: 'redis://127.0.0.1:6379',
    ...process.env,
  },
});
process.exit(status ?? 1);
