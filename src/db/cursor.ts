import type { Tx } from './database.js';

/** Rows of one fetch: enough that the way there and back costs nothing, few enough to hold. */
const BATCH = 500;

let opened = 0;

/** One view of the database for as long as a transaction takes, which writes nothing: to be called before anything else of it. */
export async function holdStill(tx: Tx): Promise<void> {
  await tx.query(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
  // Cursors are read to their ends, over more time than one statement has.
  await tx.query(`SET LOCAL statement_timeout = 0`);
  await tx.query(`SET LOCAL cursor_tuple_fraction = 1`);
}

/**
 * Reads a long answer through a cursor, some rows at a time: memory does not grow with it.
 * @param batch rows of one fetch: fewer where a row is large
 */
export async function* inBatches<Row extends object>(
  tx: Tx,
  sql: string,
  values: readonly unknown[] = [],
  batch = BATCH,
): AsyncGenerator<Row[]> {
  const cursor = `batches_${(opened = (opened + 1) % 1_000_000)}`;
  await tx.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`, values);
  for (;;) {
    const rows = await tx.query<Row>(`FETCH ${batch} FROM ${cursor}`);
    if (rows.length > 0) yield rows;
    if (rows.length < batch) break;
  }
  await tx.query(`CLOSE ${cursor}`);
}
