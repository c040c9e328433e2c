// Builds dist/ when it is missing or older than its sources, so that `npm start` needs no other step.
//   --stamp   only notes that dist/ is up to date (the end of `npm run build`)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const STAMP = 'dist/.sources';
const ROOTS = ['src', 'prisma/schema', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'generated')
    .flatMap(({ name }) => files(`${path}/${name}`));
}

const hash = createHash('sha256');
for (const file of ROOTS.flatMap(files).sort()) hash.update(`${file}\0`).update(readFileSync(file));
const sources = hash.digest('hex');

if (process.argv.includes('--stamp')) {
  mkdirSync('dist', { recursive: true });
  writeFileSync(STAMP, sources);
} else if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== sources) {
  console.error('Building …');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  process.exit(status ?? 1);
}
