import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { encodeId } from '../../../src/graphql/ids.js';
import { record, SHELL } from '../../../src/modules/audit/audit.store.js';
import { giveRole, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { GRANT, REINSTATE, REVOKE, stateOf, SUSPEND } from '../roles/support.js';

let service: TestService;
let admin: Person;
beforeAll(async () => {
  service = await startTestService({ sample: false });
  admin = await signUp(service, { roles: [RoleName.ADMIN] });
});
afterAll(() => service.close());

const rows = () => service.db.query<Record<string, unknown>>(`SELECT * FROM audit_events ORDER BY id`);

describe('HI1 the log', () => {
  it.each([
    [`UPDATE audit_events SET action = 'x'`],
    [`UPDATE audit_events SET actor_id = NULL`],
    [`UPDATE audit_events SET subject_id = NULL WHERE subject_id IS NOT NULL`],
    [`UPDATE audit_events SET detail = 'x'`],
    [`UPDATE audit_events SET via = 'x'`],
    [`UPDATE audit_events SET at = now() - interval '1 day'`],
    [`UPDATE audit_events SET id = id + 1000000`],
    [`UPDATE audit_events SET address = '192.0.2.0/24'`],
    [`UPDATE audit_events SET address = NULL, action = 'x'`],
    [`UPDATE audit_events SET address = NULL, at = at + interval '1 ms'`],
    [`DELETE FROM audit_events`],
    [`DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)`],
    [`TRUNCATE audit_events`],
    [`TRUNCATE users CASCADE`],
    [
      `INSERT INTO audit_events (id, action) SELECT max(id), 'x' FROM audit_events ON CONFLICT (id) DO UPDATE SET action = excluded.action`,
    ],
    [`WITH gone AS (DELETE FROM audit_events RETURNING id) SELECT count(*) FROM gone`],
  ])('refuses %s', async (sql) => {
    const before = await rows();
    expect(before.length).toBeGreaterThan(0);
    await expect(service.db.query(sql)).rejects.toThrow('audit_events is append-only');
    expect(await rows()).toEqual(before);
  });

  it('keeps whom it names: accounts that stand in it can not be deleted', async () => {
    await expect(service.db.query(`DELETE FROM users WHERE id = $1`, [admin.userId])).rejects.toThrow();
  });

  it('lets the address be forgotten, and nothing else', async () => {
    const before = await rows();
    expect(before.some(({ address }) => /^10\.\d+\.\d+\.0\/24$/.test(String(address)))).toBe(true);
    await service.db.query(`UPDATE audit_events SET address = NULL`);
    expect(await rows()).toEqual(before.map((row) => ({ ...row, address: null })));
  });
});

describe('a line of the log', () => {
  it('falls with its transaction', async () => {
    const before = await rows();
    const failing = service.db.transaction(async (tx) => {
      await record(tx, SHELL, { action: 'user.create', subjectId: admin.userId });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await rows()).toEqual(before);
  });

  it('is written with each mutation, which falls with it', async () => {
    const person = await signUp(service);
    const outcast = await signUp(service);
    await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [outcast.userId]);
    const grant = await giveRole(service, person.userId, RoleName.CONTRIBUTOR);
    const [identity] = await service.db.query<{ id: number }>(
      `INSERT INTO identities (user_id, provider, subject, display_name) VALUES ($1, 'GITHUB', '1', 'x') RETURNING id`,
      [person.userId],
    );
    await service.db.query(`
      CREATE FUNCTION full_disk() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`);
    await service.db.query(
      `CREATE TRIGGER full_disk BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION full_disk()`,
    );
    const before = await stateOf(service);
    const reason = 'a test';
    const link = `mutation ($input: AdminLinkIdentityInput!) { adminLinkIdentity(input: $input) { userErrors { code } } }`;
    const unlink = `mutation ($input: AdminIdentityInput!) { adminUnlinkIdentity(input: $input) { userErrors { code } } }`;
    const calls: [string, object][] = [
      [GRANT, { user: person.id, role: 'MAINTAINER' }],
      [REVOKE, { id: grant }],
      [SUSPEND, { user: person.id, reason }],
      [REINSTATE, { id: outcast.id }],
      [link, { user: person.id, provider: 'DISCORD', subject: '2', displayName: 'x', reason }],
      [unlink, { identity: encodeId('Identity', identity!.id), reason }],
    ];
    for (const [document, input] of calls) {
      const error = await admin.refused(document, { input });
      expect([document, error.extensions.code]).toEqual([document, 'INTERNAL_SERVER_ERROR']);
      expect(error.message).not.toContain('disk');
    }
    expect(await stateOf(service)).toEqual(before);
    await service.db.query(`DROP TRIGGER full_disk ON audit_events`);
    const count = async () => (await rows()).length;
    let lines = await count();
    for (const [document, input] of [calls[0]!, calls[4]!, calls[5]!, calls[2]!, calls[3]!]) {
      const { data } = await admin.send(document, { input });
      expect(Object.values(data as Record<string, { userErrors: unknown[] }>)[0]!.userErrors).toEqual([]);
      expect(await count()).toBe((lines += 1));
    }
  });
});
