import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../shared/errors.js';

/**
 * When a process started, in clock ticks: tells a reused process id from its first owner. Empty where nobody knows (only
 * Linux tells), null for a process that has ended and is not yet taken note of.
 */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the fields behind the name in brackets begin with the state; the start time is the 20th of them.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? '');
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
  const mine = `${file}.${process.pid}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      // Linked in one piece: a lock that another process sees always says whose it is.
      await writeFile(mine, `${process.pid} ${(await startOf(process.pid)) ?? ''}`);
      await link(mine, file).finally(() => rm(mine, { force: true }));
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
