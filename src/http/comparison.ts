import { createHash } from 'node:crypto';
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Comparisons } from '../modules/comparison/comparison.service.js';
import { MIGRATION_FORMATS, MIGRATION_TYPES } from '../modules/comparison/migration.js';
import { AppError, badInput } from '../shared/errors.js';
import { sendFile, type FileToSend } from './send-file.js';

interface OfPair {
  Params: { base: string; head: string; file: string };
}

const CHANGELOG = 'changelog.md';
const FILES = [CHANGELOG, ...MIGRATION_FORMATS.map((format) => `migration.${format}`)];

/** Serves what two targets differ in to everybody: `/compare/{base}/{head}/changelog.md`, `…/migration.csv`. No credential is looked at. */
export function mountComparison(http: FastifyInstance, comparisons: Comparisons): void {
  void http.register(
    async (app) => {
      void app.register(cors, { origin: '*', methods: ['GET', 'HEAD'], maxAge: 86_400 });
      app.get<OfPair>('/:base/:head/:file', async (request, reply) =>
        sendFile(request, reply, await fileOf(comparisons, request)),
      );
    },
    { prefix: '/compare' },
  );
}

async function fileOf(comparisons: Comparisons, request: FastifyRequest<OfPair>): Promise<FileToSend> {
  const { base, head, file } = request.params;
  const download = `${base}-to-${head}-${file}`;
  if (file === CHANGELOG) {
    parametersOf(request, []);
    const { markdown, changedAt } = await comparisons.changelog(base, head);
    const bytes = Buffer.from(markdown);
    return {
      ...{ bytes, encoding: 'identity', size: bytes.length, etag: digest(bytes), download },
      ...{ lastModified: changedAt, contentType: 'text/markdown; charset=utf-8' },
    };
  }
  const format = MIGRATION_FORMATS.find((each) => file === `migration.${each}`);
  if (format === undefined) {
    throw new AppError('NOT_FOUND', `There is no file ${JSON.stringify(file)}. There is ${FILES.join(', ')}.`);
  }
  const all = wantsAll(parametersOf(request, ['all']));
  const { bytes, encoding, size, key, changedAt } = await comparisons.migration(base, head, { format, all });
  return {
    ...{ bytes, encoding, size, etag: digest(key), download },
    ...{ lastModified: changedAt, contentType: MIGRATION_TYPES[format] },
  };
}

const digest = (of: string | Buffer): string => createHash('sha256').update(of).digest('hex').slice(0, 32);

/** The query string. @throws AppError BAD_USER_INPUT for anything that is not known */
function parametersOf({ query }: FastifyRequest, known: readonly string[]): Record<string, unknown> {
  const given = query as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return given;
  const there = known.length === 0 ? 'There is none' : `There is ${known.join(', ')}`;
  throw badInput(`${JSON.stringify(unknown.slice(0, 50))} is no parameter of this file. ${there}.`);
}

function wantsAll({ all }: Record<string, unknown>): boolean {
  if (all === undefined || all === 'false') return false;
  if (all === '' || all === 'true') return true;
  throw badInput('all: write all, all=true or all=false, once.');
}
