// A bot: it calls as itself (client credentials), and for people of its network (token exchange, RFC 8693).
//
//   ISSUER=… CLIENT_ID=… PRIVATE_KEY_FILE=key.json node examples/bot.mjs
//   … node examples/bot.mjs speak <network> <account> <account id> <message id>
//
// The key is a private JWK (ES256) with a `kid`. Register its public part: registerClient with kind BOT, authentication PRIVATE_KEY, bot and
// publicKeys. To speak for people, an administrator gives the bot the role IRC_BOT, marks the client as trusted, and names
// the network among its networks (updateClient).
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { importJWK, SignJWT } from 'jose';
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:4000/oidc', CLIENT_ID, PRIVATE_KEY_FILE } = process.env;
const jwk = JSON.parse(await readFile(PRIVATE_KEY_FILE, 'utf8'));
const key = await importJWK(jwk, 'ES256');
const issuer = new URL(ISSUER);
// Plain http is for trying it out on this machine.
const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
const authentication = oidc.PrivateKeyJwt({ key, kid: jwk.kid });
const config = await oidc.discovery(issuer, CLIENT_ID, undefined, authentication, { execute });

/** A token of the bot itself. */
const ownToken = () => oidc.clientCredentialsGrant(config, { scope: 'mapping:propose' });

/**
 * A token of the person who said something on the network. The network vouched for the account; the bot signs that it saw that.
 * Each message is good for one token, for a minute.
 */
async function tokenFor({ network, account, accountId, messageId }) {
  const said = { network, account, account_id: accountId, message_id: messageId };
  const assertion = await new SignJWT(said)
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
    .setIssuer(CLIENT_ID)
    .setAudience(config.serverMetadata().issuer)
    .setJti(randomUUID())
    .setIssuedAt()
    .sign(key);
  return oidc.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: assertion,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  });
}

async function whoAmI({ access_token: token }) {
  const response = await fetch(new URL('/graphql', issuer), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { user { handle } permissions credential { actingClient } } }' }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  const { user, permissions, credential } = data.viewer;
  return `${user.handle} via ${credential.actingClient}, who may: ${permissions.join(', ')}`;
}

const [command, network, account, accountId, messageId] = process.argv.slice(2);
try {
  const tokens = command === 'speak' ? await tokenFor({ network, account, accountId, messageId }) : await ownToken();
  console.log(await whoAmI(tokens));
} catch (error) {
  console.error(`Refused: ${error.error_description ?? error.message}`);
  process.exitCode = 1;
}
