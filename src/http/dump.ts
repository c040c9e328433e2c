import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/index.js';
import { latestDumpFile } from '../modules/dump/kept-dumps.service.js';
import { AppError } from '../shared/errors.js';
import { sendInPieces } from './send-file.js';

/** Where the last dump of all public data is. */
export const DUMP_PATH = '/exports/dump';

/** Serves the dump that the last night made. */
export function mountDump(app: FastifyInstance, db: Database): void {
  app.get(DUMP_PATH, async (request, reply) => {
    const dump = await latestDumpFile(db);
    if (dump === null) {
      throw new AppError(
        'NOT_FOUND',
        'There is no dump yet: one is made every day at the time that the setting DUMP_AT names, in UTC. `mcp dump` makes one at once.',
      );
    }
    const { name, madeAt, size, sha256, read } = dump;
    return sendInPieces(request, reply, {
      size,
      etag: sha256,
      lastModified: madeAt,
      contentType: 'application/gzip',
      download: name,
      read,
    });
  });
}
