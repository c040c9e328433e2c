import type { FastifyInstance } from 'fastify';
import { markup, type Html } from './html.js';
import { sendSitePage } from './page.js';

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
  /** The providers through which one can sign in. */
  doors?: readonly { title: string; signInUrl: string }[];
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

/** Serves the page at `/`: what this is, what is loaded, and where to go. Plain markup that needs no script. */
export function mountStartPage(app: FastifyInstance, { publicUrl, versions, doors = [] }: StartPageInput): void {
  app.get('/', async (request, reply) => {
    let loaded: Html;
    try {
      loaded = versionList(await versions());
    } catch (error) {
      request.log.warn({ err: error }, 'versions not read for the start page');
      loaded = markup`<p class="soft">The database does not answer just now.</p>`;
    }
    void reply.header('cache-control', 'no-cache');
    return sendSitePage(reply, {
      title: 'MCP WebService',
      description: "The names of Minecraft's Mod Coder Pack as a GraphQL service.",
      body: body(publicUrl, loaded, doors),
    });
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

/** Providers by whole addresses: a sign-in that begins under another name of the host would not come back to the same cookies. */
function doorList(doors: NonNullable<StartPageInput['doors']>): Html {
  const links = doors.map(
    ({ title, signInUrl }) => markup`<a class="button quiet" href="${signInUrl}">Sign in with ${title}</a> `,
  );
  return markup`<h2>Your account</h2>
      <p><a class="button" href="/sign-in">Sign in</a> <a class="button quiet" href="/sign-up">Sign up</a> ${links}</p>`;
}

const body = (publicUrl: string, versions: Html, doors: NonNullable<StartPageInput['doors']>): Html => markup`<p>
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
      ${doorList(doors)}
      <h2>From a program</h2>
      <pre>curl ${publicUrl}/graphql \\
  -H 'content-type: application/json' \\
  -d '{"query":"{ search(query: \\"grow\\", first: 3) { nodes { srg name } } }"}'</pre>
      <h2>Addresses</h2>
      <dl>
        <div><dt><a href="/graphiql">/graphiql</a></dt><dd>queries by hand, with documentation</dd></div>
        <div><dt><code>/graphql</code></dt><dd>POST for everything, GET for queries</dd></div>
        <div><dt><a href="/schema.graphql">/schema.graphql</a></dt><dd>every type, with who may read it</dd></div>
        <div><dt><a href="/exports/">/exports/</a></dt><dd>files of versions, drafts and releases, in every format</dd></div>
        <div><dt><a href="/exports/dump">/exports/dump</a></dt><dd>everything with its history, made every night</dd></div>
        <div><dt><a href="/account">/account</a></dt><dd>your account, and the applications that you let in</dd></div>
        <div><dt><a href="/oidc/.well-known/openid-configuration">/oidc</a></dt><dd>OpenID Connect, for applications that sign people in</dd></div>
        <div><dt><code>/maven/</code></dt><dd>a Maven repository for build tools</dd></div>
        <div><dt><a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a></dt><dd>alive, and able to serve</dd></div>
        <div><dt><a href="/metrics">/metrics</a></dt><dd>counters for Prometheus</dd></div>
      </dl>`;
