import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Maven } from '../modules/maven/maven.service.js';
import { MAVEN_PATH, VERSIONS_JSON } from '../modules/maven/maven-path.js';
import { sendFile } from './send-file.js';

/** Serves the Maven repository, and what it holds where ForgeGradle looks for it on MCPBot's host. */
export function mountMaven(app: FastifyInstance, maven: Maven): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, path: string) => {
    const file = await maven.file(path);
    if (file === null) {
      reply.callNotFound();
      return reply;
    }
    const { bytes } = file;
    return sendFile(request, reply, { ...file, encoding: 'identity', size: bytes.length });
  };
  app.get<{ Params: { '*': string } }>(`${MAVEN_PATH}/*`, (request, reply) =>
    answer(request, reply, request.params['*']),
  );
  app.get('/versions.json', (request, reply) => answer(request, reply, VERSIONS_JSON));
}
