import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../shared/errors.js';

/** When a process started, in clock ticks: tells a reused process id from its first owner. Known on Linux alone. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isHeld(file: string): Promise<number | null> {
  const [pidText = '', start = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  const pid = Number.parseInt(pidText, 10);
  if (!Number.isInteger(pid) || !isAlive(pid)) return null;
  return (await startOf(pid)) === start ? pid : null;
}

/**
 * Takes a directory for this process alone. A lock left by a process that is gone is taken over.
 * @returns the function that gives it back
 * @throws AppError CONFLICT naming the process that has it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const file = join(directory, 'mcp.lock');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = await open(file, 'wx');
      await handle.write(`${process.pid} ${await startOf(process.pid)}`);
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = await isHeld(file);
      if (owner !== null) {
        throw new AppError(
          'CONFLICT',
          `The data directory ${directory} is in use by process ${owner}. Only one process may open an embedded ` +
            'database: stop that one first, give this one another DATA_DIR, or set DATABASE_URL to a PostgreSQL server.',
        );
      }
      await rm(file, { force: true });
    }
  }
  throw new AppError('CONFLICT', `The data directory ${directory} is being opened by several processes at once.`);
}
