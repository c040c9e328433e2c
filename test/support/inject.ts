import type { FastifyInstance } from 'fastify';
import inject, { type InjectOptions } from 'light-my-request';

/** From here on requests made in this process go the way of those from outside: to the server, which sees them ahead of Fastify. */
export function injectIntoServer(http: FastifyInstance): void {
  const throughServer = async (options: InjectOptions | string) => {
    await http.ready();
    return inject((request, response) => void http.server.emit('request', request, response), options);
  };
  Object.assign(http, { inject: throughServer });
}
