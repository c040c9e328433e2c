import type { BenchServer } from './database.js';
import { HeapReader } from './heap.js';
import type { Target } from './load.js';
import type { Server } from './processes.js';
import { startService } from './servers.js';

/** What the measurements of the service alone share. */
export interface ServiceInput {
  benchServer: BenchServer;
  /** The name of the database. */
  database: string;
  entry: string;
  dataDir: string;
}

/** The service by itself, with a view of its heap. */
export interface OneService {
  server: Server;
  heap: HeapReader;
  /** The target of a load, with the connections to the database that there are by now. */
  target: () => Promise<Target>;
  stop: () => Promise<void>;
}

const answeredWell = (body: string) => body.startsWith('{"data":{') && !body.includes('"errors"');

export async function startObserved({ benchServer, database, entry, dataDir }: ServiceInput): Promise<OneService> {
  const { port, nodeOptions } = await HeapReader.options();
  const databaseUrl = benchServer.url(database, 'ours');
  const server = await startService({ entry, databaseUrl, dataDir, nodeOptions });
  const heap = await HeapReader.connect(port);
  return {
    server,
    heap,
    target: async () => ({
      urls: [server.url],
      path: '/graphql',
      headers: {},
      succeeded: answeredWell,
      server: [server.pid],
      database: await benchServer.backends('ours'),
    }),
    stop: async () => {
      heap.close();
      await server.stop();
    },
  };
}
