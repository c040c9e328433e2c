import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Resolver, Root, Subscription } from 'type-graphql';
import { MODULES } from '../../src/app/modules.js';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { Requires } from '../../src/graphql/directives/index.js';
import { Feed } from '../../src/graphql/feed.js';
import { codesOf, hear, socketClient, streamClient } from '../support/live.js';
import { signUp } from '../support/people.js';
import { addClient, authorize, relyingParty, startOidcService, type OidcService } from './support.js';

const notices = new Feed<string>();

@Resolver()
class NoticeSubscriptions {
  @Subscription(() => String, { nullable: true, description: 'Notices.', subscribe: () => notices.subscribe() })
  @Requires(Permission.MAPPING_LOCK)
  notice(@Root() text: string): string {
    return text;
  }
}

const NOTICE = 'subscription { notice }';

describe('JW2 SU2 subscriptions with an access token', () => {
  let service: OidcService;
  beforeAll(async () => {
    service = await startOidcService({
      sample: false,
      modules: [...MODULES, () => ({ resolvers: [new NoticeSubscriptions()] })],
      liveTimes: { recheck: 200 },
    });
  });
  afterAll(() => service.close());

  const socketUrl = () => `${service.url.replace('http', 'ws')}/graphql`;

  async function tokenOfMaintainer(scope: string) {
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const permissions = [Permission.MAPPING_LOCK, Permission.MAPPING_VOTE];
    const client = await addClient(service, { owner: person.handle, permissions });
    const { access_token: token } = await authorize(service, person, await relyingParty(service, client), scope);
    return { person, client, token };
  }

  test('hear what it may, and are closed when it is ended', async () => {
    const { person, token } = await tokenOfMaintainer('openid mapping:lock');
    const socket = hear(socketClient(socketUrl(), token), NOTICE);
    const stream = hear(streamClient(service.url, { authorization: `Bearer ${token}` }), NOTICE);
    await vi.waitFor(() => expect(notices.size).toBe(2));
    notices.publish('hello');
    await vi.waitFor(() => {
      for (const { results } of [socket, stream]) expect(results).toEqual([{ data: { notice: 'hello' } }]);
    });
    await person.query('mutation { signOut { ok } }');
    await vi.waitFor(() => expect([socket.end, stream.end]).toEqual([4401, 'DONE']), { timeout: 3_000 });
    expect(codesOf(stream.results.at(-1)?.errors)).toEqual(['UNAUTHENTICATED']);
    expect(notices.size).toBe(0);
  });

  test('are closed when the permission is taken from the client', async () => {
    const { client, token } = await tokenOfMaintainer('openid mapping:lock');
    const socket = hear(socketClient(socketUrl(), token), NOTICE);
    await vi.waitFor(() => expect(notices.size).toBe(1));
    await service.db.query(`UPDATE oauth_clients SET permissions = '{MAPPING_VOTE}' WHERE client_id = $1`, [
      client.clientId,
    ]);
    await vi.waitFor(() => expect(socket.end).toBe(4403), { timeout: 3_000 });
    expect(notices.size).toBe(0);
  });

  test('are not opened without the scope, nor with a token that was tampered with', async () => {
    const { token } = await tokenOfMaintainer('openid mapping:vote');
    const without = hear(socketClient(socketUrl(), token), NOTICE);
    await vi.waitFor(() => expect(codesOf(without.end)).toEqual(['FORBIDDEN']));
    const tampered = hear(socketClient(socketUrl(), token.slice(0, -4)), NOTICE);
    await vi.waitFor(() => expect(tampered.end).toBe(4401));
    expect(notices.size).toBe(0);
  });
});
