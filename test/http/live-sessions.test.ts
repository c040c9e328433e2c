import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Resolver, Root, Subscription } from 'type-graphql';
import { MODULES } from '../../src/app/modules.js';
import { Permission, RoleName } from '../../src/auth/permissions.js';
import { Requires } from '../../src/graphql/directives/index.js';
import { Feed } from '../../src/graphql/feed.js';
import type { TestClient } from '../support/client.js';
import { codesOf, hear, listen, socketClient, streamClient, type Heard, type Listening } from '../support/live.js';
import { giveRole, programOf, signInAgain, signUp, type Person } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

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

let service: TestService;
let where: Listening;
let admin: Person;
beforeAll(async () => {
  service = await startTestService({
    sample: false,
    modules: [...MODULES, () => ({ resolvers: [new NoticeSubscriptions()] })],
    liveTimes: { recheck: 200 },
  });
  where = await listen(service.http);
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
});
afterAll(() => service.close());

const cookieOf = ({ cookies }: TestClient) => ({ cookie: [...cookies].map((pair) => pair.join('=')).join('; ') });

/** Someone who listens, in a browser or with a program. */
async function listening(client: TestClient): Promise<Heard> {
  const before = notices.size;
  const heard = hear(
    client.token === null
      ? socketClient(where.socketUrl, undefined, { ...cookieOf(client), origin: where.url })
      : socketClient(where.socketUrl, client.token),
    NOTICE,
  );
  await vi.waitFor(() => expect(notices.size).toBe(before + 1));
  return heard;
}
const closedWith = (heard: Heard, code: number) => vi.waitFor(() => expect(heard.end).toBe(code), { timeout: 3_000 });

describe('subscriptions of people with accounts', () => {
  it('SU1 are for those who have the permission', async () => {
    const heard = hear(socketClient(where.socketUrl, undefined, cookieOf(await signUp(service))), NOTICE);
    await vi.waitFor(() => expect(codesOf(heard.end)).toEqual(['FORBIDDEN']));
    expect(notices.size).toBe(0);
  });

  it('SU2 end with the session, and with that one alone', async () => {
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const second = await signInAgain(service, person);
    const [first, other] = [await listening(person), await listening(second)];
    await person.query('mutation { signOut { ok } }');
    await closedWith(first, 4401);
    notices.publish('still here');
    await vi.waitFor(() => expect(other.results).toEqual([{ data: { notice: 'still here' } }]));
    const third = await signInAgain(service, person);
    await third.query('mutation { revokeOtherSessions { viewer { permissions } userErrors { code } } }');
    await closedWith(other, 4401);
    expect(notices.size).toBe(0);
  });

  it('SU2 end when the person is suspended, those of bots and programs too', async () => {
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const [browser, program] = [await listening(person), await listening(await programOf(service, person))];
    const { suspendUser } = await admin.query(
      `mutation ($user: ID!) { suspendUser(input: { user: $user, reason: "for a test" }) { userErrors { code } } }`,
      { user: person.id },
    );
    expect(suspendUser.userErrors).toEqual([]);
    await Promise.all([closedWith(browser, 4401), closedWith(program, 4401)]);
  });

  it('SU2 end with a role, and go on where another one still gives the permission', async () => {
    const person = await signUp(service);
    const grant = await giveRole(service, person.userId, RoleName.MAINTAINER);
    const other = await signUp(service, { roles: [RoleName.MAINTAINER] });
    await giveRole(service, other.userId, RoleName.RELEASE_MANAGER);
    const demoted = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const [lost, kept, without] = [await listening(person), await listening(other), await listening(demoted)];
    const stream = hear(streamClient(where.url, cookieOf(person)), NOTICE);
    await vi.waitFor(() => expect(notices.size).toBe(4));
    const { revokeRole } = await admin.query(
      `mutation ($id: ID!) { revokeRole(input: { id: $id }) { userErrors { code } } }`,
      { id: grant },
    );
    expect(revokeRole.userErrors).toEqual([]);
    await service.db.query(
      `UPDATE role_grants SET revoked_at = now() WHERE user_id = ANY($1) AND role = 'MAINTAINER'`,
      [[other.userId, demoted.userId]],
    );
    await closedWith(without, 4403);
    // A demotion ends the sessions, too.
    await vi.waitFor(() => expect([lost.end, stream.end]).toEqual([4401, 'DONE']), { timeout: 3_000 });
    expect(codesOf(stream.results[0]?.errors)).toEqual(['UNAUTHENTICATED']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([kept.end, notices.size]).toEqual([null, 1]);
    kept.stop();
  });

  it('SU2 end with the token, and leave no secret in the log', async () => {
    const person = await signUp(service, { roles: [RoleName.MAINTAINER] });
    const program = await programOf(service, person);
    const heard = await listening(program);
    await service.client().query(`mutation ($token: String!) { reportLeakedToken(input: { token: $token }) { ok } }`, {
      token: program.token,
    });
    await closedWith(heard, 4401);
    service.secrets.expectNoneIn(service.log(), 'the log');
  });
});
