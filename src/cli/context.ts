import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Keyring } from '../auth/keyring.js';
import type { Database } from '../db/index.js';

/** The command line or its settings can't be used as they are; the message says how. */
export class MisuseError extends Error {
  override readonly name = 'MisuseError';
}

/** What a command gets from the process that runs it. */
export interface CliContext {
  settings: { mavenUrl: string; dataDir: string };
  /** Opens the database of the settings with all migrations applied; closed by whoever runs the command. */
  openDatabase: () => Promise<Database>;
  /** Opens it as it is. */
  openUnmigrated: () => Promise<Database>;
  /** The service's own secrets, of the settings. */
  openKeyring: () => Promise<Keyring>;
  /** Runs an operation as the shell's user on the database of the settings. @throws AppError as the operation is refused */
  query: <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) => Promise<Data>;
  /** The first line of standard input. @throws MisuseError if there is none */
  readSecret: () => Promise<string>;
  /** The schema as schema.graphql has it. */
  printSchema: () => Promise<string>;
  output: Output;
}

/** Where a command writes; progress goes to a terminal alone. */
export interface Output {
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** The result: `data` as JSON for machines, or `text` for people. */
  result(data: unknown, text: string): void;
  progress(label: string): Progress;
}

export interface Progress {
  /** `total` is null where the end is not known. */
  update(done: number, total: number | null): void;
  step(label: string): void;
  end(): void;
}

/** Runs `work` on the database of the settings, and closes it. */
export async function onDatabase<T>(
  { openDatabase }: Pick<CliContext, 'openDatabase'>,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const db = await openDatabase();
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
