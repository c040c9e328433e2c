import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Readable } from 'node:stream';
import type { OnLink, OnNotify } from './channels.js';
import type { PrismaClient } from './generated/client.js';

/** A statement with a name: prepared once a connection on PostgreSQL. Define it at module level with {@link statement}. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

/** Runs SQL. A plain string is sent unprepared. Rows are plain objects keyed by column name. */
export interface Sql {
  query<Row extends object>(sql: Statement | string, values?: readonly unknown[]): Promise<Row[]>;
}

/** The client of one open transaction; nothing else may be queried inside it. */
export interface Tx extends Sql {
  /** `COPY target FROM STDIN` in text format; `target` is a table with its column list. Returns the number of rows. */
  copyFrom(target: string, lines: Iterable<string> | AsyncIterable<string> | Readable): Promise<number>;
}

/** The one door to the database: PostgreSQL or the embedded PGlite, alike in behaviour. */
export interface Database extends Sql {
  readonly kind: 'postgresql' | 'embedded';
  /** For the schema, writes and rare reads; hot reads are named statements. */
  prisma(): Promise<PrismaClient>;
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs `work` while no other process may migrate this database, with the adapter for the migration engine. */
  exclusively<T>(work: (adapter: SqlMigrationAwareDriverAdapterFactory) => Promise<T>): Promise<T>;
  /**
   * Calls `onNotify` with the payload of each NOTIFY on a channel, sent when a transaction commits. Notifications can be lost with
   * the connection: after that it is called with `''`. What counts is read from a table; a notification says when to look.
   * Those of this object's own transactions are heard before the commit is told, where they come by a trigger that repeats them in a
   * notice (`own-notices.ts`).
   * @param channel small letters and `_`
   * @param onLink for what must not be believed while nobody hears that it has changed
   * @returns stops listening
   */
  listen(channel: string, onNotify: OnNotify, onLink?: OnLink): Promise<() => Promise<void>>;
  /** Statements sent so far through this object, Prisma's included. */
  readonly statementCount: number;
  close(): Promise<void>;
}
