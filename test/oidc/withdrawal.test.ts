import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { encodeId } from '../../src/graphql/ids.js';
import { signUp } from '../support/people.js';
import {
  addClient,
  authorizationRequest,
  authorize,
  browse,
  relyingParty,
  startOidcService,
  type OidcService,
} from './support.js';

const SCOPE = 'openid offline_access mapping:vote';

describe('Withdrawing what an application was allowed', () => {
  let service: OidcService;
  beforeAll(async () => void (service = await startOidcService()));
  afterAll(() => service.close());

  test('ends its tokens at once, and it has to ask again', async () => {
    const alice = await signUp(service);
    const client = await addClient(service, { owner: alice.handle, permissions: [Permission.MAPPING_VOTE] });
    const party = await relyingParty(service, client);
    const tokens = await authorize(service, alice, party, SCOPE);
    const program = service.client();
    program.token = tokens.access_token;
    await program.query('{ viewer { user { handle } } }');

    const { viewer } = await alice.query('{ viewer { authorizedClients { id clientId permissions offline } } }');
    expect(viewer.authorizedClients).toEqual([
      { id: expect.any(String), clientId: client.clientId, permissions: ['MAPPING_VOTE'], offline: true },
    ]);
    const input = { client: viewer.authorizedClients[0].id };
    await alice.query(
      'mutation ($input: RevokeClientAccessInput!) { revokeClientAccess(input: $input) { userErrors { message } } }',
      { input },
    );
    expect((await program.send('{ viewer { user { handle } } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    await expect(oidc.refreshTokenGrant(party, tokens.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    // The browser's session at the provider still names the grant that is gone.
    const { url } = await authorizationRequest(party, { scope: 'openid mapping:vote' });
    expect((await browse(service, alice, url)).body).toContain('Allow A test client?');
  });

  test("ends nobody else's", async () => {
    const [alice, bob] = [await signUp(service), await signUp(service)];
    const client = await addClient(service, { owner: alice.handle, permissions: [Permission.MAPPING_VOTE] });
    const party = await relyingParty(service, client);
    const tokens = await authorize(service, alice, party, SCOPE);
    const [row] = await service.db.query<{ id: number }>(`SELECT id FROM oauth_clients WHERE client_id = $1`, [
      client.clientId,
    ]);
    await bob.query(
      'mutation ($input: RevokeClientAccessInput!) { revokeClientAccess(input: $input) { userErrors { code } } }',
      { input: { client: encodeId('OAuthClient', row!.id) } },
    );
    const program = service.client();
    program.token = tokens.access_token;
    await program.query('{ viewer { user { handle } } }');
  });
});
