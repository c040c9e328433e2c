import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.js';

/** Milliseconds from the start of a process: PGlite alone to its first row, `npm start` to its first answers. */
export interface StartFigures {
  pglite: number;
  ready: number;
  graphql: number;
}

const PGLITE = `
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
const db = await PGlite.create({ dataDir: process.argv[1], extensions: { pg_trgm, btree_gin } });
await db.query('SELECT 1');
process.stdout.write('open');
await db.close();
`;

async function openPglite(dataDir: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '-e', PGLITE, `${dataDir}/database`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  const took = performance.now() - began;
  await ended;
  return took;
}

async function startService(dataDir: string): Promise<Omit<StartFigures, 'pglite'>> {
  const port = await freePort();
  const began = performance.now();
  // A group of its own: npm does not hand signals on.
  const child = spawn('npm', ['start', '--silent'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' },
  });
  const ended = once(child, 'exit');
  try {
    const answers = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await answers('/readyz'))) {
      if (child.exitCode !== null) throw new Error('The service does not start.');
      await sleep(5);
    }
    const ready = performance.now() - began;
    if (!(await answers(`/graphql?query=${encodeURIComponent('{ gameVersion { name } }')}`)))
      throw new Error('No answer.');
    return { ready, graphql: performance.now() - began };
  } finally {
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGTERM');
    await ended;
  }
}

/** Measures in turn, on a data folder of its own that a first start has filled. */
export async function measureStart(dataDir: string, rounds: number): Promise<StartFigures[]> {
  await startService(dataDir);
  const figures: StartFigures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    figures.push({ pglite: await openPglite(dataDir), ...(await startService(dataDir)) });
  }
  return figures;
}
