// A web page that people sign in to with their account of the MCP WebService: authorization code with PKCE.
//
//   ISSUER=http://localhost:4000/oidc CLIENT_ID=… CLIENT_SECRET=… PORT=5000 node examples/web-client.mjs
//
// Register it first: registerClient with kind WEB, authentication SECRET_BASIC, redirectUris [http://localhost:5000/callback].
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:4000/oidc', CLIENT_ID, CLIENT_SECRET, PORT = '5000' } = process.env;
const home = `http://localhost:${PORT}`;
const issuer = new URL(ISSUER);
// Plain http is for trying it out on this machine.
const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
const config = await oidc.discovery(issuer, CLIENT_ID, undefined, oidc.ClientSecretBasic(CLIENT_SECRET), { execute });

/** What is known of each browser, by its cookie. A real application keeps this in a database. */
const browsers = new Map();

const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Sends the browser to sign in. What the answer is checked with stays here. */
async function signIn(browser) {
  browser.verifier = oidc.randomPKCECodeVerifier();
  browser.state = oidc.randomState();
  return oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${home}/callback`,
    scope: 'openid profile mapping:propose',
    state: browser.state,
    code_challenge: await oidc.calculatePKCECodeChallenge(browser.verifier),
    code_challenge_method: 'S256',
  });
}

/** The browser is back with a code, which is exchanged for tokens. */
async function callback(browser, url) {
  const { verifier, state } = browser;
  browser.tokens = await oidc.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedState: state });
}

/** Asks GraphQL who this is: the access token says on whose behalf. */
async function viewer({ access_token: token }) {
  const response = await fetch(new URL('/graphql', issuer), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { user { handle roles } permissions } }' }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  return data.viewer;
}

async function page(browser) {
  if (browser.tokens === undefined) return '<a href="/sign-in">Sign in</a>';
  const { user, permissions } = await viewer(browser.tokens);
  return `<p>Hello, ${escape(user.handle)}. You may: ${permissions.join(', ')}.</p> <a href="/sign-out">Sign out</a>`;
}

const server = createServer(async (request, response) => {
  const id = /(?:^|; )browser=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID();
  const browser = browsers.get(id) ?? {};
  browsers.set(id, browser);
  const url = new URL(request.url, home);
  const redirect = (to) => response.writeHead(303, { location: String(to), 'set-cookie': cookie }).end();
  const cookie = `browser=${id}; HttpOnly; SameSite=Lax; Path=/`;
  try {
    if (url.pathname === '/sign-in') return redirect(await signIn(browser));
    if (url.pathname === '/callback') {
      await callback(browser, url);
      return redirect('/');
    }
    if (url.pathname === '/sign-out') {
      const hint = browser.tokens?.id_token;
      browsers.delete(id);
      return redirect(hint ? oidc.buildEndSessionUrl(config, { id_token_hint: hint }) : '/');
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': cookie });
    response.end(`<!doctype html><title>Example</title>${await page(browser)}`);
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`That did not work: ${error.message}`);
  }
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`Open ${home}`));
