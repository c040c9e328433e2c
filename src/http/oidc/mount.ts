import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerNetwork } from '../../auth/limits/address.js';
import type { LimitName } from '../../auth/limits/catalogue.js';
import type { AuthServices } from '../../auth/services.js';
import type { OidcDoor } from '../../oidc/provider.js';
import { sendRefusal } from '../refusal-page.js';

/** Where the provider stands. */
export const OIDC_PATH = '/oidc';

/** Mounts the provider below {@link OIDC_PATH}. It reads bodies and writes answers itself. */
export function mountOidc(http: FastifyInstance, door: OidcDoor, auth: AuthServices): void {
  const { protocol, host } = new URL(auth.publicUrl);
  void http.register(async (app) => {
    app.removeAllContentTypeParsers();
    app.setErrorHandler((error, request, reply) => {
      if (request.headers.accept?.includes('text/html')) return sendRefusal(request, reply, error);
      // As on every other address.
      throw error;
    });
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    app.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url: `${OIDC_PATH}/*`,
      exposeHeadRoute: false,
      async handler(request, reply) {
        await countTries(request, auth);
        const { raw } = request;
        const { headers } = raw;
        // How the service is reached is what its settings say, whatever a client claims; where a client is, the server has found out.
        headers['x-forwarded-proto'] = protocol.slice(0, -1);
        headers['x-forwarded-host'] = host;
        headers['x-forwarded-for'] = request.ip;
        const url = raw.url!;
        Object.assign(raw, { originalUrl: url, url: behindMount(url) });
        // Its keys are read while what goes wrong with that can still be answered.
        await door.provider();
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

/** What is counted, by method and path: codes of devices are short, and what is begun is kept for a while. */
const COUNTED: readonly [LimitName, RegExp][] = [
  ['deviceCodeAddress', /^POST \/oidc\/device\/?$/],
  ['authorizationAddress', /^(GET \/oidc\/auth|POST \/oidc\/(request|device\/auth))\/?$/],
];

/** @throws AppError RATE_LIMITED */
async function countTries(request: FastifyRequest, { limits }: AuthServices): Promise<void> {
  const asked = `${request.method} ${request.url.split('?', 1)[0]!}`;
  const counted = COUNTED.find(([, pattern]) => pattern.test(asked));
  if (counted !== undefined) await limits.take({ limit: counted[0], key: callerNetwork(request.ip) });
}
