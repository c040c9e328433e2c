import type { FastifyReply } from 'fastify';
import { Html, markup, renderPage, styleHash, type RenderedPage } from './html.js';
import { STYLE } from './style.js';

/** Exactly what the policy's hash is of: no space may come between. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

export interface SitePage {
  title: string;
  description?: string;
  /** What stands below the title. */
  body: Html;
}

/**
 * A page in the look of the service: plain markup that needs no script.
 * @param policy what it may do beside, as directives of a Content-Security-Policy
 */
export const renderSitePage = (page: SitePage, policy: Record<string, string> = {}): RenderedPage =>
  renderPage(frame(page), { 'style-src': styleHash(STYLE), 'img-src': 'data:', ...policy });

/** Sends a page in the look of the service. */
export function sendSitePage(reply: FastifyReply, page: SitePage, policy?: Record<string, string>): FastifyReply {
  const { headers, text } = renderSitePage(page, policy);
  return reply.headers(headers).send(text);
}

const NAME = 'MCP WebService';

const frame = ({ title, description, body }: SitePage): Html => markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title === NAME ? NAME : `${title} · ${NAME}`}</title>
    ${description === undefined ? '' : markup`<meta name="description" content="${description}" />`}
    <link rel="icon" href="data:," />
    ${STYLE_ELEMENT}
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>
`;
