import type { FastifyInstance } from 'fastify';

/** Whether the process can serve: null, or the reason why not in words. */
export type Readiness = () => Promise<string | null>;

/** How long the database may take to answer the question of readiness, in milliseconds. */
const PATIENCE = 2_000;

/**
 * `/healthz`: the process is alive; a supervisor restarts one that does not answer. Asks nobody.
 * `/readyz`: the process can serve; a balancer sends requests only to one that says so.
 */
export function mountHealth(app: FastifyInstance, readiness: Readiness): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'alive' }));

  app.get('/readyz', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    let reason: string | null;
    try {
      reason = await within(PATIENCE, readiness());
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      reason = 'The database does not answer.';
    }
    if (reason === null) return reply.send({ status: 'ready' });
    return reply.code(503).send({ status: 'not ready', reason });
  });
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms.`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
