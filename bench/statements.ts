import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const EXECUTE = 'E'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);

/** Stands between a server and PostgreSQL and counts the statements that pass. */
export interface StatementCounter {
  /** The database's address by way of the counter. */
  url: string;
  count: () => number;
  close: () => Promise<void>;
}

/**
 * Counts statements as PostgreSQL's protocol has them: an Execute or a simple Query each. Both servers are counted in the
 * same way, whatever they say of themselves. Nothing is timed while the counter is between.
 */
export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const target = new URL(databaseUrl);
  let statements = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const database = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => [client, database].forEach((either) => either.destroy()));
    }
    database.pipe(client);
    const count = messageCounter();
    client.on('data', (bytes) => {
      statements += count(bytes);
      database.write(bytes);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((proxy.address() as AddressInfo).port);
  url.searchParams.set('sslmode', 'disable');
  return {
    url: url.href,
    count: () => statements,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/** Finds the messages in a client's side of one connection: the first has no type, all have a length. */
function messageCounter(): (bytes: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let found = 0;
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return found;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return found;
      if (started && (rest[0] === EXECUTE || rest[0] === SIMPLE_QUERY)) found += 1;
      started = true;
      rest = rest.subarray(length);
    }
  };
}
