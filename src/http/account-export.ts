import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import type { AuthServices } from '../auth/services.js';
import { EXPORT_PATH, readExport } from '../modules/accounts/export.service.js';
import { clientOf } from './client.js';

/** Serves the file that `exportAccount` gave the address of, to the session that asked for it. */
export function mountAccountExport(app: FastifyInstance, auth: AuthServices, authenticate: Authenticate): void {
  app.get<{ Querystring: { code?: unknown } }>(EXPORT_PATH, async (request, reply) => {
    const actor = await authenticate({ headers: request.headers });
    const caller = { actor, now: new Date(), ...clientOf(request) };
    const { code } = request.query;
    const data = await readExport(auth, caller, typeof code === 'string' ? code : '');
    return reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="mcp-account.json"')
      .send(`${JSON.stringify(data, null, 2)}\n`);
  });
}
