import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { CLIENTS, MINE, SHOWN } from '../../support/documents/clients.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { makeBot } from '../roles/support.js';
import { expectDenied, register, type Registered } from './support.js';

let service: TestService;
let admin: Person;
let owner: Person;
const registered: Registered[] = [];
beforeAll(async () => {
  service = await startTestService({ sample: false });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
  owner = await signUp(service);
  for (const name of ['Viewer 1', 'Viewer 2', 'Editor', '50% off_']) registered.push(await register(owner, { name }));
});
afterAll(() => service.close());

interface Listed {
  nodes: { id: string; name: string }[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
const list = async (variables: object = {}) => (await admin.query(CLIENTS, { ...variables })).clients as Listed;
const names = ({ nodes }: Listed) => nodes.map(({ name }) => name);

describe('clients', () => {
  it('RB1 is denied to everyone without CLIENT_MANAGE, which no token has', async () => {
    await expectDenied(
      service,
      {
        nobody: 'UNAUTHENTICATED',
        other: 'FORBIDDEN',
        moderator: 'FORBIDDEN',
        program: 'FORBIDDEN',
        bot: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
      },
      (client) => client.send(CLIENTS),
    );
    expect(outcomeOf(await admin.send(CLIENTS))).toBe('OK');
  });

  it('lists those of everybody, newest first, page by page', async () => {
    const all = await list({ query: '', first: 200 });
    expect(all.totalCount).toBe(all.nodes.length);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: Listed = await list({ first: 2, after });
      seen.push(...page.nodes.map(({ id }) => id));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    }
    expect(seen).toEqual(all.nodes.map(({ id }) => id));
    expect(new Set(seen)).toContain(registered[0]!.id);
    expect((await admin.refused(CLIENTS, { after: 'nothing' })).extensions.code).toBe('BAD_USER_INPUT');
  });

  it('finds them by part of the name and by the whole client id', async () => {
    expect(names(await list({ query: ' viEWer ' }))).toEqual(expect.arrayContaining(['Viewer 2', 'Viewer 1']));
    expect(names(await list({ query: 'viewer 2' }))).toEqual(['Viewer 2']);
    // Taken as it stands, not as a pattern.
    expect(names(await list({ query: '%' }))).toEqual(['50% off_']);
    expect(names(await list({ query: registered[2]!.clientId }))).toEqual(['Editor']);
    expect(names(await list({ query: registered[2]!.clientId.slice(1) }))).toEqual([]);
  });

  it('costs the same number of statements for many as for one', async () => {
    const cost = async (first: number) => {
      const before = service.db.statementCount;
      await list({ first });
      return service.db.statementCount - before;
    };
    await cost(1);
    expect(await cost(4)).toBe(await cost(1));
  });
});

describe('viewer.clients and node', () => {
  it("shows one's own, newest first", async () => {
    expect((await owner.query(MINE)).viewer.clients.map(({ name }: { name: string }) => name)).toEqual([
      '50% off_',
      'Editor',
      'Viewer 2',
      'Viewer 1',
    ]);
    expect((await admin.query(MINE)).viewer.clients).toEqual([]);
  });

  it('gives a client to its owner and to those who manage clients alone', async () => {
    const bot = await makeBot(service, owner);
    const stale = await signUp(service, { roles: [RoleName.ADMIN] });
    await forgetPresence(service, stale);
    const callers: Record<string, TestClient> = {
      owner,
      ownersProgram: await programOf(service, owner),
      admin,
      staleAdmin: stale,
      adminsProgram: await programOf(service, admin),
      other: await signUp(service),
      moderator: await signUp(service, { roles: [RoleName.MODERATOR] }),
      ownersBot: bot.program,
      nobody: service.client(),
    };
    const shown: Record<string, string | null> = {};
    for (const [name, caller] of Object.entries(callers)) {
      shown[name] = (await caller.query(SHOWN, { id: registered[2]!.id })).node?.name ?? null;
    }
    expect(shown).toEqual({
      owner: 'Editor',
      ownersProgram: 'Editor',
      admin: 'Editor',
      staleAdmin: 'Editor',
      adminsProgram: null,
      other: null,
      moderator: null,
      ownersBot: null,
      nobody: null,
    });
  });
});
