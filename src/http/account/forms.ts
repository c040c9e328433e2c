import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuthServices } from '../../auth/services.js';
import { isForeign } from '../../auth/sessions/session-strategy.js';
import { checkReturnTo } from '../../modules/identities/oauth-flow.service.js';
import { AppError } from '../../shared/errors.js';

/** Bytes of a form; the answer of a passkey does not come by one. */
const FORM_LIMIT = 64 * 1024;

/** Lets the routes of a plugin take what forms of pages send, and nothing else. */
export function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  );
  // What comes without a type has no body that anything would have read.
  app.addHook('preHandler', async ({ method, body }) => {
    if (method === 'POST' && !(body instanceof URLSearchParams))
      throw Object.assign(new Error('no form'), { statusCode: 415 });
  });
}

/** A field of a form; null where it is not there exactly once. */
export function fieldOf({ body }: FastifyRequest, name: string): string | null {
  const [value, ...more] = (body as URLSearchParams).getAll(name);
  return value === undefined || more.length > 0 ? null : value;
}

/** All values of a field that may stand there any number of times. */
export const valuesOf = ({ body }: FastifyRequest, name: string): string[] => (body as URLSearchParams).getAll(name);

/** Several fields of a form; empty where one is not there exactly once. */
export const fieldsOf = <Name extends string>(request: FastifyRequest, names: readonly Name[]): Record<Name, string> =>
  Object.fromEntries(names.map((name) => [name, fieldOf(request, name) ?? ''])) as Record<Name, string>;

/**
 * Refuses a form that another site's page sent, or one that does not say whose it was: it could sign its visitors in as somebody
 * else, or out.
 * @throws AppError FORBIDDEN
 */
export function requireOwnPage({ headers }: FastifyRequest, { publicUrl }: Pick<AuthServices, 'publicUrl'>): void {
  if (headers.origin !== undefined && !isForeign(headers, new URL(publicUrl).origin)) return;
  throw new AppError(
    'FORBIDDEN',
    'This form was not sent by a page of this service. Open the page here, and fill it in again.',
  );
}

/**
 * Where the browser goes in the end, the account's page where nothing is said. A path: whatever name of the host a browser came
 * by, its cookies are there.
 * @throws AppError BAD_USER_INPUT
 */
export function returnPath({ publicUrl }: Pick<AuthServices, 'publicUrl'>, given: string | null): string {
  const { pathname, search, hash } = new URL(checkReturnTo(publicUrl, given ?? '/account'));
  // Dots may have been resolved to two slashes, which would be another host's name.
  return pathname.replace(/^\/+/, '/') + search + hash;
}
