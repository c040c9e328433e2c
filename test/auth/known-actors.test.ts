import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRANT, makeBot, REVOKE, SUSPEND } from '../modules/roles/support.js';
import { DELETE, REVOKE_ACCESS, UPDATE } from '../support/documents/clients.js';
import { signUp, type Person } from '../support/people.js';
import type { TestService } from '../support/service.js';
import { answerOf, costOf, done, holder, KINDS, sentTo, SCOPES, SOON, startProcesses } from './known-support.js';
import type { Holder, Kind, Processes } from './known-support.js';

let processes: Processes;
let service: TestService;
let admin: Person;
let known: Processes['known'];
beforeAll(async () => {
  processes = await startProcesses();
  ({ service, admin, known } = processes);
});
afterAll(() => processes.close());

const ALL = [...KINDS];

const ENDS: Record<string, { ends: Kind[]; act: (it: Holder) => Promise<unknown> }> = {
  'SE3 the API token is revoked': {
    ends: ['token'],
    act: async ({ person }) => {
      const { viewer } = await person.query('{ viewer { apiTokens { id } } }');
      const mutation = `mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { userErrors { code } } }`;
      await done(person.send(mutation, { id: viewer.apiTokens[0].id }));
    },
  },
  'SE5 its browser signs out': {
    ends: ['session', 'access'],
    act: ({ session }) => done(sentTo(service, session).send('mutation { signOut { ok } }')),
  },
  'SE5 another browser ends all others': {
    ends: ['session', 'access'],
    act: ({ person }) => done(person.send('mutation { revokeOtherSessions { userErrors { code } } }')),
  },
  'SE5 the password is changed': {
    ends: ALL,
    act: ({ person }) =>
      done(
        person.send(
          `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }`,
          { input: { current: person.password, new: 'four green bicycles in rain' } },
        ),
      ),
  },
  'SE5 SE9 a role is revoked': {
    ends: ALL,
    act: ({ roleId }) => done(admin.send(REVOKE, { input: { id: roleId } })),
  },
  'SE5 the account is suspended': {
    ends: ALL,
    act: ({ person }) => done(admin.send(SUSPEND, { input: { user: person.id, reason: 'a test' } })),
  },
  'SE5 HI4 the account is deleted': {
    ends: ALL,
    act: ({ person }) =>
      done(
        person.send(
          `mutation ($handle: String!) { deleteAccount(input: { confirmHandle: $handle }) { ok userErrors { code } } }`,
          { handle: person.handle },
        ),
      ),
  },
  'the account is merged into another': {
    ends: ALL,
    act: async ({ person }) => {
      const into = (await signUp(service)).id;
      const mutation = `mutation ($from: ID!, $into: ID!) {
        adminMergeAccounts(input: { from: $from, into: $into, reason: "a test" }) { userErrors { code } } }`;
      await done(admin.send(mutation, { from: person.id, into }));
    },
  },
  'the application is let in no more': {
    ends: ['access'],
    act: ({ person, clientId }) => done(person.send(REVOKE_ACCESS, { client: clientId })),
  },
  'the application is gone': {
    ends: ['access'],
    act: ({ person, clientId }) => done(person.send(DELETE, { id: clientId })),
  },
  'JW2 a statement moves the epoch': {
    ends: ['access'],
    act: ({ person }) =>
      service.db.query(`UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1`, [person.userId]),
  },
  'Prisma deletes tokens and sessions': {
    ends: ['session', 'token'],
    async act({ person: { userId } }) {
      const prisma = await service.db.prisma();
      await prisma.$transaction([
        prisma.apiToken.deleteMany({ where: { userId } }),
        prisma.session.deleteMany({ where: { userId } }),
      ]);
    },
  },
  'a statement lets a session end': {
    ends: ['session'],
    act: ({ person }) =>
      service.db.query(`UPDATE sessions SET idle_expires_at = now() WHERE user_id = $1`, [person.userId]),
  },
};

describe('whoever is known is refused by the very next call, in other processes soon', () => {
  it.each(Object.keys(ENDS))('when %s', async (name) => {
    const { ends, act } = ENDS[name]!;
    const [it, bystander] = [await holder(service), await holder(service)];
    const elsewhere = await known(KINDS.map((kind) => it[kind]));
    await known(KINDS.map((kind) => bystander[kind]));
    await act(it);
    for (const [i, kind] of KINDS.entries()) {
      const answer = await answerOf(it[kind]);
      const expected = ends.includes(kind) ? 'UNAUTHENTICATED' : expect.objectContaining({ handle: it.person.handle });
      expect([kind, answer]).toEqual([kind, expected]);
      if (ends.includes(kind)) await expect.poll(() => answerOf(elsewhere[i]!), SOON).toBe('UNAUTHENTICATED');
    }
    for (const kind of KINDS) expect(await costOf(service, bystander[kind])).toBe(0);
  });
});

describe('whoever is known has new rights with the very next call, in other processes soon', () => {
  const lock = expect.objectContaining({ permissions: ['MAPPING_VOTE', 'MAPPING_LOCK'] });
  const noLock = expect.objectContaining({ permissions: ['MAPPING_VOTE'] });

  /** As somebody would in a shell; the interface ends what the account is called with as well. */
  const takeRoles = (person: Person) =>
    service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [person.userId]);

  it('SE9 when a role is taken, and granted', async () => {
    const it = await holder(service);
    const programs = [it.token, it.access];
    const elsewhere = await known([...programs, it.session]);
    expect((await answerOf(it.session)) as object).toHaveProperty('permissions.length', 6);
    await takeRoles(it.person);
    for (const program of programs) expect(await answerOf(program)).toEqual(noLock);
    expect((await answerOf(it.session)) as object).toHaveProperty('permissions.length', 2);
    for (const program of elsewhere.slice(0, 2)) await expect.poll(() => answerOf(program), SOON).toEqual(noLock);
    await known(programs);
    const input = { user: it.person.id, role: 'MAINTAINER', reason: 'a test' };
    await done(admin.send(GRANT, { input }));
    for (const program of programs) expect(await answerOf(program)).toEqual(lock);
    for (const program of elsewhere.slice(0, 2)) await expect.poll(() => answerOf(program), SOON).toEqual(lock);
  });

  it('SE9 when the owner of a bot loses a role, or is suspended', async () => {
    const owner = await holder(service);
    const bot = await makeBot(service, owner.person, SCOPES);
    const [elsewhere] = await known([bot.program]);
    await takeRoles(owner.person);
    expect(await answerOf(bot.program)).toEqual(noLock);
    await expect.poll(() => answerOf(elsewhere!), SOON).toEqual(noLock);
    await known([bot.program]);
    await done(admin.send(SUSPEND, { input: { user: owner.person.id, reason: 'a test' } }));
    expect(await answerOf(bot.program)).toBe('UNAUTHENTICATED');
    await expect.poll(() => answerOf(elsewhere!), SOON).toBe('UNAUTHENTICATED');
  });

  it('when what the application may ask for changes, and when the account is called otherwise', async () => {
    const it = await holder(service);
    const [elsewhere] = await known([it.access]);
    await done(it.person.send(UPDATE, { input: { client: it.clientId, permissions: ['MAPPING_VOTE'] } }));
    expect(await answerOf(it.access)).toEqual(noLock);
    await expect.poll(() => answerOf(elsewhere!), SOON).toEqual(noLock);
    await known(KINDS.map((kind) => it[kind]));
    const handle = `${it.person.handle}-renamed`;
    await service.db.query(`UPDATE users SET handle = $2 WHERE id = $1`, [it.person.userId, handle]);
    for (const kind of KINDS) expect(await answerOf(it[kind])).toMatchObject({ handle });
    await expect.poll(() => answerOf(elsewhere!), SOON).toMatchObject({ handle });
  });

  it('LG12 when presence is proven: the secret before it is good for nothing', async () => {
    const { person, session } = await holder(service);
    await known([session]);
    const before = sentTo(service, session);
    const mutation = `mutation ($password: String!) { reauthenticate(input: { password: $password }) { userErrors { code } } }`;
    await done(session.send(mutation, { password: person.password }));
    expect(await answerOf(before)).toBe('UNAUTHENTICATED');
    expect(await answerOf(session)).toMatchObject({ handle: person.handle });
  });
});
