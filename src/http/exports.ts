import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../db/index.js';
import { exportChoice, type WantedExport } from '../modules/exports/export-choice.js';
import { EXPORTS_PATH, exportUrl, exportedFile, exportedFiles, exportsOf } from '../modules/exports/exported-file.js';
import type { Exports } from '../modules/exports/exports.service.js';
import { exportTargets } from '../modules/exports/targets.store.js';
import { AppError, badInput } from '../shared/errors.js';
import { sendFile } from './send-file.js';

export interface ExportsMount {
  db: Database;
  exports: Exports;
  publicUrl: string;
}

interface OfTarget {
  Params: { target: string };
}
interface OfFile {
  Params: { target: string; file: string };
}

/** Serves exported files to everybody: `/exports/1.12.2/joined.tsrg`, `/exports/1.12.2+draft/names.zip`. No credential is looked at. */
export function mountExports(http: FastifyInstance, mount: ExportsMount): void {
  void http.register(async (app) => mountRoutes(app, mount), { prefix: EXPORTS_PATH });
}

function mountRoutes(app: FastifyInstance, { db, exports, publicUrl }: ExportsMount): void {
  // Errors too; and what a page of another origin asks for with conditions, its browser asks beforehand.
  void app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD'],
    allowedHeaders: ['if-none-match', 'if-modified-since', 'if-match', 'if-range', 'range', 'x-request-id'],
    maxAge: 86_400,
  });

  app.get('/', async (_request, reply) => {
    const { versions, releases } = await exportTargets(db);
    const listed = (name: string) => ({ name, url: exportUrl(publicUrl, name) });
    return reply.header('cache-control', 'public, no-cache').send({
      versions: versions.map(listed),
      drafts: versions.map((name) => listed(`${name}+draft`)),
      releases: releases.map(({ name, yanked }) => ({ ...listed(name), yanked })),
    });
  });

  for (const path of ['/:target', '/:target/']) {
    app.get<OfTarget>(path, async ({ params }, reply) => {
      const { text: target, version, release } = await exports.target(params.target);
      const files = exportsOf(publicUrl, target, exportedFiles);
      return reply
        .header('cache-control', 'public, no-cache')
        .send({ target, version: version.name, release: release?.name ?? null, files });
    });
  }

  app.get<OfFile>('/:target/:file', async (request, reply) => {
    const { params } = request;
    const file = exportedFile(params.file);
    if (file === undefined) {
      const known = exportedFiles.map(({ fileName }) => fileName).join(', ');
      throw new AppError('NOT_FOUND', `There is no file ${JSON.stringify(params.file)}. There is ${known}.`);
    }
    const choice = exportChoice(file, wantedBy(request));
    const target = await exports.target(params.target);
    const built = await exports.file(target, file, choice);
    // Names of a release never change; what other formats have beside them can, with the game version.
    const immutable = target.release !== null && target.staged === 'NONE' && file.shape !== 'MAPPINGS';
    return sendFile(request, reply, {
      ...{ bytes: built.bytes, encoding: built.encoding, size: built.size, etag: built.sha256 },
      lastModified: immutable ? target.release!.publishedAt : built.changedAt,
      contentType: file.contentType,
      download: `${target.text}-${file.fileName}`,
      immutable,
    });
  });
}

const PARAMETERS = ['from', 'to', 'namespaces', 'nodoc'];

/** What the query string asks for. @throws AppError BAD_USER_INPUT */
function wantedBy({ query }: FastifyRequest): WantedExport {
  const given = query as Record<string, string | string[]>;
  for (const name of Object.keys(given)) {
    if (PARAMETERS.includes(name)) continue;
    throw badInput(`${JSON.stringify(name.slice(0, 50))} is no parameter. There is ${PARAMETERS.join(', ')}.`);
  }
  const one = (name: string): string | undefined => {
    const value = given[name];
    if (Array.isArray(value)) throw badInput(`${name}: give it once.`);
    return value;
  };
  const nodoc = one('nodoc');
  if (nodoc !== undefined && !['', 'true', 'false'].includes(nodoc)) {
    throw badInput(`nodoc: write nodoc, nodoc=true or nodoc=false; not ${JSON.stringify(nodoc.slice(0, 50))}.`);
  }
  const documentation = nodoc === undefined || nodoc === 'false';
  return { from: one('from'), to: one('to'), namespaces: one('namespaces'), documentation };
}
