import type { FastifyInstance } from 'fastify';
import { Html, markup, sendPage, styleHash } from './html.js';

/** A game version as the start page names it. */
export interface LoadedVersion {
  name: string;
  isCurrent: boolean;
  /** The invented version of a first start. */
  isSample?: boolean;
}

export interface StartPageInput {
  publicUrl: string;
  versions: () => Promise<readonly LoadedVersion[]>;
}

const EXAMPLE = `# Whatever has "grow" in one of its names, best first
{
  search(query: "grow", first: 5) {
    nodes {
      __typename
      srg
      name
      documentation
    }
  }
}
`;

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

/** Serves the page at `/`: what this is, what is loaded, and where to go. Plain markup that needs no script. */
export function mountStartPage(app: FastifyInstance, { publicUrl, versions }: StartPageInput): void {
  app.get('/', async (request, reply) => {
    let loaded: Html;
    try {
      loaded = versionList(await versions());
    } catch (error) {
      request.log.warn({ err: error }, 'versions not read for the start page');
      loaded = markup`<p class="soft">The database does not answer just now.</p>`;
    }
    void reply.header('cache-control', 'no-cache');
    return sendPage(reply, page(publicUrl, loaded), { 'style-src': styleHash(STYLE), 'img-src': 'data:' });
  });
}

function versionList(versions: readonly LoadedVersion[]): Html {
  if (versions.length === 0) {
    return markup`<p class="soft">None yet. <code>npm run mcp -- import --help</code> says how to bring one in.</p>`;
  }
  const items = versions.map(({ name, isCurrent, isSample }) => {
    const note = [isCurrent && 'current', isSample === true && 'invented sample'].filter(Boolean).join(', ');
    return markup`<li class="${isCurrent ? 'current' : 'other'}">${name}${note && ` (${note})`}</li> `;
  });
  return markup`<ul class="versions">
    ${items}
  </ul>`;
}

/** Exactly what the policy's hash is of: no space may come between. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

const page = (publicUrl: string, versions: Html): Html => markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>MCP WebService</title>
    <meta name="description" content="The names of Minecraft's Mod Coder Pack as a GraphQL service." />
    <link rel="icon" href="data:," />
    ${STYLE_ELEMENT}
  </head>
  <body>
    <main>
      <h1>MCP WebService</h1>
      <p>
        Readable names for Minecraft's obfuscated code: look them up, propose better ones, decide on them, and hand them
        to build tools. One GraphQL interface for all of it.
      </p>
      <p class="soft">MCP is the Mod Coder Pack here, not the Model Context Protocol.</p>
      <p>
        <a class="button" href="/graphiql?query=${encodeURIComponent(EXAMPLE)}">Try a query</a>
        <a href="/schema.graphql">Read the schema</a>
      </p>
      <h2>Game versions</h2>
      ${versions}
      <h2>From a program</h2>
      <pre>curl ${publicUrl}/graphql \\
  -H 'content-type: application/json' \\
  -d '{"query":"{ search(query: \\"grow\\", first: 3) { nodes { srg name } } }"}'</pre>
      <h2>Addresses</h2>
      <dl>
        <div><dt><a href="/graphiql">/graphiql</a></dt><dd>queries by hand, with documentation</dd></div>
        <div><dt><code>/graphql</code></dt><dd>POST for everything, GET for queries</dd></div>
        <div><dt><a href="/schema.graphql">/schema.graphql</a></dt><dd>every type, with who may read it</dd></div>
        <div><dt><a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a></dt><dd>alive, and able to serve</dd></div>
        <div><dt><a href="/metrics">/metrics</a></dt><dd>counters for Prometheus</dd></div>
      </dl>
    </main>
  </body>
</html>
`;
