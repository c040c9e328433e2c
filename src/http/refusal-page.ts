import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProviderError } from '../auth/oauth/index.js';
import { answerFor } from '../graphql/errors.js';
import type { ErrorCode } from '../shared/errors.js';
import { statusOf } from './errors.js';
import { markup, type Html } from './html.js';
import { sendSitePage } from './page.js';

export const START_PAGE = markup`<p><a href="/">Start page</a></p>`;

/** Requests that Fastify itself does not take. */
const REQUEST_FAULTS: Readonly<Record<number, string>> = {
  413: 'This form is larger than any of ours.',
  415: 'Forms are sent as application/x-www-form-urlencoded.',
};

/**
 * Answers people with a page that says what is refused. Nothing that a provider said is repeated; what is ours to mend goes to the
 * log.
 * @param back where to go from here, as a paragraph
 */
export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  back: Html = START_PAGE,
): FastifyReply {
  const sentence = (status: number, text: string) =>
    sendSitePage(reply.code(status), {
      title: 'That did not work',
      body: markup`<p>${text}</p>
      ${back}`,
    });
  if (error instanceof ProviderError) {
    request.log.warn({ err: error }, 'provider');
    return sentence(502, 'The other service gave no answer that can be used. Nothing was changed; try again later.');
  }
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return sentence(statusCode, REQUEST_FAULTS[statusCode] ?? 'This request can not be read.');
  }
  const { code, message, details } = answerFor(error);
  if (code === 'INTERNAL_SERVER_ERROR') request.log.error({ err: error }, 'fault');
  if (typeof details['retryAfter'] === 'number') void reply.header('retry-after', String(details['retryAfter']));
  // Apollo's codes come from Apollo alone.
  return sentence(statusOf(code as ErrorCode), message);
}
