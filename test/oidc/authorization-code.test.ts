import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Permission } from '../../src/auth/permissions.js';
import { signUp } from '../support/people.js';
import { addClient, authorize, relyingParty, startOidcService, type OidcService } from './support.js';

describe('Authorization code with PKCE', () => {
  let service: OidcService;
  beforeAll(async () => void (service = await startOidcService()));
  afterAll(() => service.close());

  test('a web application learns who somebody is, and calls the interface as them', async () => {
    const alice = await signUp(service);
    const client = await addClient(service, { owner: alice.handle, permissions: [Permission.MAPPING_PROPOSE] });
    const party = await relyingParty(service, client);
    const tokens = await authorize(service, alice, party, 'openid profile roles offline_access mapping:propose');
    expect(tokens.claims()).toMatchObject({ preferred_username: alice.handle, roles: ['USER'] });
    expect(tokens.expires_in).toBe(300);

    const program = service.client();
    program.token = tokens.access_token;
    const { viewer } = await program.query(
      '{ viewer { user { handle } permissions credential { kind actingClient } } }',
    );
    expect(viewer).toEqual({
      user: { handle: alice.handle },
      permissions: ['MAPPING_PROPOSE'],
      credential: { kind: 'ACCESS_TOKEN', actingClient: 'A test client' },
    });
    const refreshed = await oidc.refreshTokenGrant(party, tokens.refresh_token!);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
  });
});
