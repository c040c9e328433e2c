import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { markup, sendPage } from './html.js';

const require = createRequire(import.meta.url);

/** Prebuilt bundles out of installed packages: nothing is loaded from another host. */
const FILES: Record<string, { package: string; path: string; type: string }> = {
  'react.js': { package: 'react', path: 'umd/react.production.min.js', type: 'text/javascript' },
  'react-dom.js': { package: 'react-dom', path: 'umd/react-dom.production.min.js', type: 'text/javascript' },
  'graphiql.js': { package: 'graphiql', path: 'graphiql.min.js', type: 'text/javascript' },
  'graphiql.css': { package: 'graphiql', path: 'graphiql.min.css', type: 'text/css' },
};

/** Opens GraphiQL on the query and the variables that the page's address names. */
const START_SCRIPT = `const given = new URLSearchParams(location.search);
const root = ReactDOM.createRoot(document.getElementById('graphiql'));
root.render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: '/graphql' }),
    query: given.get('query') ?? undefined,
    variables: given.get('variables') ?? undefined,
    defaultEditorToolsVisibility: true,
  }),
);
`;

const START_STYLE =
  'html, body, #graphiql { height: 100%; margin: 0; }\n#graphiql p { padding: 1rem; font: 1rem/1.5 sans-serif; }\n';

const PAGE = markup`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>GraphiQL · MCP WebService</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/graphiql/graphiql.css" />
      <link rel="stylesheet" href="/graphiql/start.css" />
    </head>
    <body>
      <div id="graphiql"><p>Loading GraphiQL, which needs JavaScript. Without it, send queries to /graphql.</p></div>
      <script src="/graphiql/react.js" defer></script>
      <script src="/graphiql/react-dom.js" defer></script>
      <script src="/graphiql/graphiql.js" defer></script>
      <script src="/graphiql/start.js" defer></script>
    </body>
  </html> `;

interface Asset {
  type: string;
  plain: Buffer;
  zipped: Buffer;
  etag: string;
}

async function load(name: string): Promise<Asset | null> {
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  const type = file?.type ?? (name === 'start.css' ? 'text/css' : 'text/javascript');
  let plain: Buffer;
  if (file) {
    plain = await readFile(join(dirname(require.resolve(`${file.package}/package.json`)), file.path));
  } else if (name === 'start.js' || name === 'start.css') {
    plain = Buffer.from(name === 'start.js' ? START_SCRIPT : START_STYLE);
  } else {
    return null;
  }
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
  return { type: `${type}; charset=utf-8`, plain, zipped: await promisify(gzip)(plain), etag };
}

/** Serves GraphiQL at `/graphiql`. Its files are read when they are first asked for. */
export function mountGraphiql(app: FastifyInstance): void {
  const assets = new Map<string, Promise<Asset | null>>();

  app.get('/graphiql', async (_request, reply) =>
    sendPage(reply, PAGE, {
      'script-src': "'self'",
      // CodeMirror positions its parts by style attributes and elements that it writes.
      'style-src': "'self' 'unsafe-inline'",
      'font-src': "'self' data:",
      'img-src': "'self' data:",
      'connect-src': "'self'",
    }),
  );

  app.get<{ Params: { name: string } }>('/graphiql/:name', async (request, reply) => {
    const { name } = request.params;
    // Only names that exist are remembered.
    const asset = await (assets.get(name) ?? load(name));
    if (!asset) return reply.callNotFound();
    assets.set(name, Promise.resolve(asset));
    void reply
      .type(asset.type)
      .header('cache-control', 'public, max-age=3600')
      .header('etag', asset.etag)
      .header('vary', 'Accept-Encoding');
    if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(asset.plain);
    return reply.header('content-encoding', 'gzip').send(asset.zipped);
  });
}
