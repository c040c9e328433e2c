// A command line that people sign in to on whatever device has a browser: the device grant (RFC 8628).
//
//   ISSUER=http://localhost:4000/oidc CLIENT_ID=… node examples/cli-client.mjs
//
// Register it first: registerClient with kind NATIVE, authentication NONE.
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:4000/oidc', CLIENT_ID } = process.env;
const issuer = new URL(ISSUER);
// Plain http is for trying it out on this machine.
const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
const config = await oidc.discovery(issuer, CLIENT_ID, undefined, oidc.None(), { execute });

const begun = await oidc.initiateDeviceAuthorization(config, { scope: 'openid mapping:vote' });
console.log(`Open ${begun.verification_uri} in a browser and enter ${begun.user_code}`);
console.log(`(or open ${begun.verification_uri_complete})`);

// Asks every few seconds, until the person has answered there or the code has expired.
const tokens = await oidc.pollDeviceAuthorizationGrant(config, begun).catch((error) => {
  console.error(error.error === 'access_denied' ? 'You refused.' : `Not signed in: ${error.message}`);
  process.exit(1);
});

const response = await fetch(new URL('/graphql', issuer), {
  method: 'POST',
  headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ query: '{ viewer { user { handle } permissions } }' }),
});
const { data, errors } = await response.json();
if (errors !== undefined) throw new Error(errors[0].message);
console.log(`Signed in as ${data.viewer.user.handle}, who may here: ${data.viewer.permissions.join(', ')}`);
