import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { Keyring } from '../../src/auth/keyring.js';
import { executeOnce } from '../../src/app/execute-once.js';
import { createOfflineSchema } from '../../src/app/schema.js';
import type { CliContext } from '../../src/cli/context.js';
import { createOutput } from '../../src/cli/output.js';
import { runCommand } from '../../src/cli/program.js';
import type { Database } from '../../src/db/index.js';
import { printAnnotatedSchema } from '../../src/graphql/print.js';

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Collects what this process writes to one of its streams while `work` runs. */
async function capture(work: () => Promise<number>): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    }),
  );
  try {
    return { status: await work(), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs a command line in this process on a database that stays open. */
export const shellOn =
  (
    db: Database,
    settings: Partial<CliContext['settings']> = {},
    stdin = '',
    keyring = new Keyring([randomBytes(32).toString('hex')]),
  ) =>
  (...args: string[]): Promise<Outcome> =>
    capture(() =>
      runCommand(args, (json) => {
        const open = async (): Promise<Database> => ({ ...db, close: async () => undefined });
        return {
          settings: { mavenUrl: 'http://127.0.0.1:9', dataDir: '/nowhere', ...settings },
          openDatabase: open,
          openUnmigrated: open,
          openKeyring: async () => keyring,
          query: (document, variables) => executeOnce(db, 'http://localhost:4000', document, variables),
          readSecret: async () => stdin,
          printSchema: async () => printAnnotatedSchema(createOfflineSchema()),
          output: createOutput(json),
        };
      }),
    );

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts one of the process entries with these settings and none of this process's own. */
export function start(
  entry: 'main.ts' | 'cli/main.ts' | 'irc/main.ts',
  args: string[],
  settings: Record<string, string>,
) {
  return spawn(process.execPath, ['--import', 'tsx', `src/${entry}`, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `mcp` as a process of its own. */
export function mcp(args: string[], settings: Record<string, string> = {}): Promise<Outcome> {
  const child = start('cli/main.ts', args, settings);
  const outcome: Outcome = { status: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (outcome.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (outcome.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ ...outcome, status }));
  });
}
