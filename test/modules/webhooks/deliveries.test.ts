import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeId } from '../../../src/graphql/ids.js';
import { deliverDue } from '../../../src/modules/webhooks/delivery-worker.js';
import { programOf, signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';
import * as support from './support.js';
import { commit, delivering, isGenuine, makeWebhook, stateOf, toldOf, writeChanges, type Receiver } from './support.js';

let service: TestService;
let person: Person;
let receiver: Receiver;
beforeAll(async () => {
  service = await startTestService({ webhookTargets: support.ANY_TARGET });
  await importCopies(service.db, ['9.1']);
  person = await signUp(service);
});
beforeEach(async () => {
  receiver = await support.startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await support.forgetWebhooks(service);
});
afterAll(() => service.close());

const told = () => toldOf(receiver.calls);
const sequences = (event: string, changes: readonly { sequence: number }[]) =>
  changes.map(({ sequence }) => `${event} ${sequence}`);

describe('a webhook', () => {
  it('is told of a proposal and of its acceptance, signed', async () => {
    const { id, key, secret } = await makeWebhook(person, { url: receiver.url });
    service.secrets.add(secret);
    const [change] = await writeChanges(service, 1, { authorId: person.userId, srg: 'func_2001_b', newName: 'grow' });
    await deliverDue(delivering(service));
    await commit(service, [change!]);
    await deliverDue(delivering(service));

    expect(receiver.calls).toHaveLength(2);
    for (const call of receiver.calls) {
      expect(isGenuine(secret, call, new Date())).toBe(true);
      expect(isGenuine(secret, { ...call, text: call.text.replace('grow', 'grew') }, new Date())).toBe(false);
      expect(isGenuine(secret, call, new Date(Date.now() + 600_000))).toBe(false);
      expect(call.headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': 'mcp-webservice-webhooks',
        'webhook-id': call.body.id,
      });
      expect(call.headers['webhook-id']).not.toContain('.');
    }
    const [staged, committed] = receiver.calls.map(({ body }) => body);
    expect(staged).toEqual({
      id: expect.stringMatching(new RegExp(`^${key}:`)),
      webhook: id,
      changes: [
        {
          id: expect.any(String),
          sequence: change!.sequence,
          event: 'staged',
          version: '0.0-sample',
          kind: 'METHOD',
          srg: 'func_2001_b',
          oldName: null,
          newName: 'grow',
          oldDocumentation: null,
          newDocumentation: null,
          author: person.handle,
          via: null,
          at: change!.createdAt.toISOString(),
          hash: change!.hash.toString('hex'),
        },
      ],
    });
    expect(decodeId(staged!.changes[0]!.id)).toEqual({ type: 'Change', key: String(change!.sequence) });
    expect(committed).toMatchObject({ webhook: id, changes: [{ event: 'committed', sequence: change!.sequence }] });
    expect(committed!.id).not.toBe(staged!.id);
    const { viewer } = await person.query(support.MINE);
    expect(viewer.webhooks).toMatchObject([{ lastDeliveredAt: expect.any(String), lastError: null }]);
  });

  it('is told of what people do through the interface, and of nothing before it was made', async () => {
    const propose = `mutation ($name: String!) { proposeChanges(input: { changes: [{ srg: "func_2047_b", name: $name }] }) {
      changes { id } userErrors { message } } }`;
    const program = await programOf(service, person);
    await program.query(propose, { name: 'before' });
    await makeWebhook(person, { url: receiver.url });
    const { proposeChanges } = await program.query(propose, { name: 'sowSeeds' });
    expect(proposeChanges.userErrors).toEqual([]);
    await deliverDue(delivering(service));
    expect(receiver.calls.map(({ body }) => body.changes.map(({ id, srg }) => [id, srg]))).toEqual([
      [[proposeChanges.changes[0].id, 'func_2047_b']],
    ]);
  });

  it('is told of 450 changes in three calls, in their order, also where one decision accepts them all', async () => {
    const { key } = await makeWebhook(person, { url: receiver.url });
    const changes = await writeChanges(service, 450);
    await deliverDue(delivering(service));
    expect(receiver.calls.map(({ body }) => body.changes.length)).toEqual([200, 200, 50]);
    await commit(service, changes);
    await deliverDue(delivering(service));
    expect(receiver.calls.map(({ body }) => body.changes.length)).toEqual([200, 200, 50, 200, 200, 50]);
    expect(told()).toEqual([...sequences('staged', changes), ...sequences('committed', changes)]);
    expect(new Set(receiver.calls.map(({ body }) => body.id)).size).toBe(6);

    // Together: of each change what came of it stands behind it.
    receiver.calls.length = 0;
    const first = await writeChanges(service, 230);
    await commit(service, first.slice(0, 100));
    const second = await writeChanges(service, 30);
    await commit(service, [...first.slice(100), ...second]);
    await deliverDue(delivering(service));
    expect(receiver.calls.map(({ body }) => body.changes.length)).toEqual([200, 200, 120]);
    expect(new Set(told()).size).toBe(520);
    for (const event of ['staged', 'committed']) {
      expect(told().filter((line) => line.startsWith(event))).toEqual(sequences(event, [...first, ...second]));
    }
    for (const { sequence } of [...first, ...second]) {
      expect(told().indexOf(`staged ${sequence}`)).toBeLessThan(told().indexOf(`committed ${sequence}`));
    }
    const calls = receiver.calls.length;
    await deliverDue(delivering(service));
    expect(receiver.calls).toHaveLength(calls);
    expect((await stateOf(service, key)).claimedUntil).toBeNull();
  });

  it('is told of a change before what became of it, whatever the clocks of two replicas say', async () => {
    await makeWebhook(person, { url: receiver.url });
    const early = await writeChanges(service, 2);
    await commit(service, early, new Date(Date.now() - 3_600_000));
    await deliverDue(delivering(service));
    expect(told()).toEqual(early.flatMap(({ sequence }) => [`staged ${sequence}`, `committed ${sequence}`]));
  });

  it('is told of what an import commits at once as committed alone', async () => {
    await makeWebhook(person, { url: receiver.url });
    const changes = await writeChanges(service, 3, { state: 'COMMITTED', via: 'import' });
    await deliverDue(delivering(service));
    expect(told()).toEqual(sequences('committed', changes));
    expect(receiver.calls[0]!.body.changes[0]).toMatchObject({ author: null, via: 'import' });
  });

  it('is told of its version, kinds and events alone; for the rest its cursors go on without a call', async () => {
    const { key } = await makeWebhook(person, {
      url: receiver.url,
      version: '9.1',
      kinds: ['FIELD', 'METHOD'],
      events: ['CHANGES_COMMITTED'],
    });
    const before = await stateOf(service, key);
    await commit(service, await writeChanges(service, 300));
    await commit(service, await writeChanges(service, 2, { version: '9.1', kind: 'PARAMETER' }));
    await writeChanges(service, 2, { version: '9.1' });
    await deliverDue(delivering(service));
    expect(receiver.calls).toEqual([]);
    const after = await stateOf(service, key);
    expect([after.change - before.change, after.decision - before.decision]).toEqual([304, 2]);
    expect(after.lastDeliveredAt).toBeNull();

    const [wanted] = await writeChanges(service, 1, { version: '9.1', kind: 'FIELD' });
    await commit(service, [wanted!]);
    await deliverDue(delivering(service));
    expect(receiver.calls.map(({ body }) => [body.version, body.changes.length])).toEqual([['9.1', 1]]);
    expect(told()).toEqual([`committed ${wanted!.sequence}`]);
  });

  it('tells nothing that is not public, and names who stays of merged accounts', async () => {
    const [kept, gone] = [await signUp(service), await signUp(service)];
    await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1, { authorId: gone.userId });
    await service.db.query(`UPDATE users SET merged_into_id = $2 WHERE id = $1`, [gone.userId, kept.userId]);
    await deliverDue(delivering(service));
    expect(receiver.calls[0]!.body.changes[0]!.author).toBe(kept.handle);
    expect(receiver.calls[0]!.text).not.toContain('not for strangers');
  });

  it('is called by one of several workers, whatever they do at once', async () => {
    await makeWebhook(person, { url: receiver.url });
    const others = await Promise.all(
      [1, 2, 3].map(async () => makeWebhook(await signUp(service), { url: receiver.url })),
    );
    const changes = await writeChanges(service, 450);
    receiver.answer = (response) => void setTimeout(() => response.writeHead(204).end(), 20);
    await Promise.all(Array.from({ length: 5 }, () => deliverDue(delivering(service))));
    await deliverDue(delivering(service));
    expect(receiver.calls).toHaveLength(3 * (1 + others.length));
    for (const { id } of others) {
      expect(toldOf(receiver.calls.filter(({ body }) => body.webhook === id))).toEqual(sequences('staged', changes));
    }
  });

  it('waits for no other one: receivers of different owners are called at once, those of one in turn', async () => {
    let running = 0;
    let most = 0;
    receiver.answer = (response) => {
      most = Math.max(most, ++running);
      setTimeout(() => {
        running -= 1;
        response.writeHead(204).end();
      }, 100);
    };
    for (let i = 0; i < 3; i++) await makeWebhook(person, { url: receiver.url });
    await writeChanges(service, 1);
    await deliverDue(delivering(service));
    expect([receiver.calls.length, most]).toEqual([3, 1]);
    for (let i = 0; i < 3; i++) await makeWebhook(await signUp(service), { url: receiver.url });
    await writeChanges(service, 1);
    await deliverDue(delivering(service));
    expect(receiver.calls).toHaveLength(9);
    expect(most).toBeGreaterThan(1);
  });

  it('is not called while its owner is suspended, and told then what it missed', async () => {
    const owner = await signUp(service);
    await makeWebhook(owner, { url: receiver.url });
    await service.db.query(`UPDATE users SET suspended_until = '9999-12-31' WHERE id = $1`, [owner.userId]);
    const changes = await writeChanges(service, 2);
    await deliverDue(delivering(service));
    expect(receiver.calls).toEqual([]);
    await service.db.query(`UPDATE users SET suspended_until = NULL WHERE id = $1`, [owner.userId]);
    await deliverDue(delivering(service));
    expect(told()).toEqual(sequences('staged', changes));
    // Nor one of an account that is gone, should its row have been left.
    await service.db.query(`UPDATE users SET erased_at = now() WHERE id = $1`, [owner.userId]);
    await writeChanges(service, 1);
    await deliverDue(delivering(service));
    expect(receiver.calls).toHaveLength(1);
  });

  it('costs as many statements for one change as for 200', async () => {
    await makeWebhook(person, { url: receiver.url });
    const cost = async (count: number) => {
      await writeChanges(service, count);
      const before = service.db.statementCount;
      await deliverDue(delivering(service));
      return service.db.statementCount - before;
    };
    const single = await cost(1);
    expect(await cost(200)).toBe(single);
  });
});
