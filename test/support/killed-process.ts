import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';

/**
 * Runs a script in a process of its own, which says `ready` before its work and `done` after it.
 * @param killAfter milliseconds of the work after which it is killed; null lets it be done
 * @returns how long the work took, in milliseconds; Infinity where it was not done
 */
export async function runAndKill(
  script: string,
  settings: Record<string, string>,
  killAfter: number | null,
): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let began = 0;
  let took = Infinity;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'done') took = performance.now() - began;
    if (line !== 'ready') continue;
    began = performance.now();
    if (killAfter !== null) void after(killAfter).then(() => child.kill('SIGKILL'));
  }
  await ended;
  return took;
}
