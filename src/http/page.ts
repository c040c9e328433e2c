import type { FastifyReply } from 'fastify';
import { Html, markup, sendPage, styleHash } from './html.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2327; --soft: #57616a; --line: #d8dee3; --paper: #fbfcfc; --card: #fff; --link: #1a6b3c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaec; --soft: #a2adb4; --line: #333c42; --paper: #14191c; --card: #1b2226; --link: #7fd1a0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; }
p { margin: .75rem 0; }
.soft { color: var(--soft); }
a { color: var(--link); text-underline-offset: .15em; }
a.button { display: inline-block; margin: .5rem .75rem .5rem 0; padding: .6rem 1.1rem; border-radius: .5rem; background: var(--link); color: var(--paper); font-weight: 600; text-decoration: none; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; }
ul { margin: .5rem 0; padding: 0; list-style: none; }
.versions { display: flex; flex-wrap: wrap; gap: .5rem; }
.versions li { padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); }
.versions li.current { border-color: var(--link); font-weight: 600; }
dl { margin: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .6rem 1rem; }
dl div + div { border-top: 1px solid var(--line); }
dt { flex: 0 0 11rem; }
dd { flex: 1 1 14rem; margin: 0; color: var(--soft); }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
`;

/** Exactly what the policy's hash is of: no space may come between. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

export interface SitePage {
  title: string;
  description?: string;
  /** What stands below the title. */
  body: Html;
}

/** Sends a page in the look of the service: plain markup that needs no script. */
export function sendSitePage(reply: FastifyReply, page: SitePage): FastifyReply {
  return sendPage(reply, frame(page), { 'style-src': styleHash(STYLE), 'img-src': 'data:' });
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
