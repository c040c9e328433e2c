import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerNetwork } from '../../auth/limits/address.js';
import type { AuthServices } from '../../auth/services.js';
import type { OidcDoor } from '../../oidc/provider.js';

/** Where the provider stands. */
export const OIDC_PATH = '/oidc';

/** Mounts the provider below {@link OIDC_PATH}. It reads bodies and writes answers itself. */
export function mountOidc(http: FastifyInstance, door: OidcDoor, auth: AuthServices): void {
  const { protocol, host } = new URL(auth.publicUrl);
  void http.register(async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    app.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url: `${OIDC_PATH}/*`,
      exposeHeadRoute: false,
      async handler(request, reply) {
        await countCodes(request, auth);
        const { raw } = request;
        const { headers } = raw;
        // How the service is reached is what its settings say, whatever a client claims; where a client is, the server has found out.
        headers['x-forwarded-proto'] = protocol.slice(0, -1);
        headers['x-forwarded-host'] = host;
        headers['x-forwarded-for'] = request.ip;
        const url = raw.url!;
        Object.assign(raw, { originalUrl: url, url: behindMount(url) });
        reply.hijack();
        for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value!);
        await door.handle(raw, reply.raw);
      },
    });
  });
}

/** A code that a link brings along is shown for confirmation by a page of ours, which needs no script (`pages.ts`). */
function behindMount(url: string): string {
  const path = url.slice(OIDC_PATH.length);
  return /^\/device\?/.test(path) ? '/device' : path;
}

/** Codes of devices are short: whoever tries many is stopped. @throws AppError RATE_LIMITED */
async function countCodes(request: FastifyRequest, { limits }: AuthServices): Promise<void> {
  if (request.method !== 'POST' || !/^\/oidc\/device\/?(\?|$)/.test(request.url)) return;
  await limits.take({ limit: 'deviceCodeAddress', key: callerNetwork(request.ip) });
}
