// Builds dist/ when it is missing or older than its sources, so that `npm start` needs no other step.
//   node scripts/ensure-built.mjs FILE [arguments]   then runs dist/FILE with them
//   --stamp   only notes that dist/ is up to date (the end of `npm run build`)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const STAMP = 'dist/.sources';
const ROOTS = [
  'src',
  'prisma/schema',
  'scripts/bundle.mjs',
  'scripts/load.mjs',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'generated')
    .flatMap((entry) => (entry.isDirectory() ? files(`${path}/${entry.name}`) : `${path}/${entry.name}`));
}

const sources = ROOTS.flatMap(files).sort();

/** Changes with every file that is written to; found out without reading them. */
function looks() {
  const hash = createHash('sha256');
  for (const file of sources) {
    const { size, mtimeMs, ctimeMs } = statSync(file);
    hash.update(`${file}\0${size} ${mtimeMs} ${ctimeMs}\n`);
  }
  return hash.digest('hex');
}

function contents() {
  const hash = createHash('sha256');
  for (const file of sources) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function note() {
  mkdirSync('dist', { recursive: true });
  writeFileSync(STAMP, `${looks()}\n${contents()}\n`);
}

function isBuilt() {
  let noted;
  try {
    noted = readFileSync(STAMP, 'utf8').split('\n');
  } catch {
    return false;
  }
  if (noted[0] === looks()) return true;
  if (noted[1] !== contents()) return false;
  try {
    note();
  } catch {
    // A folder that can not be written to: it is read every time.
  }
  return true;
}

const [, self, ...rest] = process.argv;
if (rest[0] === '--stamp') {
  note();
} else {
  if (!isBuilt()) {
    console.error('Building …');
    const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  const [file, ...args] = rest;
  if (file !== undefined) {
    const entry = new URL(`../dist/${file}`, import.meta.url);
    process.argv.splice(1, process.argv.length, self, ...args);
    await import(entry.href);
  }
}
