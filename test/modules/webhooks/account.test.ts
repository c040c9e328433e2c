import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { signUp } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import * as support from './support.js';
import { isGenuine, makeWebhook, MINE, PING, type Receiver } from './support.js';

let service: TestService;
let receiver: Receiver;
beforeAll(async () => {
  service = await startTestService({ webhookTargets: support.ANY_TARGET });
});
beforeEach(async () => {
  receiver = await support.startReceiver();
});
afterEach(() => receiver.close());
afterAll(() => service.close());

describe('a webhook', () => {
  it('is shown to its owner alone', async () => {
    const owner = await signUp(service);
    const { id } = await makeWebhook(owner, { url: receiver.url });
    const shown = `query ($id: ID!) { node(id: $id) { id ... on Webhook { url } } }`;
    expect((await owner.query(shown, { id })).node).toEqual({ id, url: receiver.url });
    const admin = await signUp(service, { roles: [RoleName.ADMIN] });
    expect((await admin.query(shown, { id })).node).toBeNull();
    expect((await service.client().query(shown, { id })).node).toBeNull();
    expect((await admin.query(MINE)).viewer.webhooks).toEqual([]);
  });

  it('is in the export of its owner, without its key, and goes with the account', async () => {
    const owner = await signUp(service);
    await makeWebhook(owner, { url: receiver.url, version: '0.0-sample' });
    const { exportAccount } = await owner.query(`mutation { exportAccount { url userErrors { code } } }`);
    service.secrets.add(new URL(exportAccount.url as string).searchParams.get('code'));
    const response = await owner.request('GET', (exportAccount.url as string).replace('http://localhost:4000', ''));
    expect(response.json<{ webhooks: unknown[] }>().webhooks).toEqual([
      {
        url: receiver.url,
        events: ['CHANGES_STAGED', 'CHANGES_COMMITTED'],
        gameVersion: '0.0-sample',
        kinds: [],
        createdAt: expect.any(String),
        lastDeliveredAt: null,
        failingSince: null,
        lastError: null,
        disabledAt: null,
      },
    ]);
    await owner.query(
      `mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { ok userErrors { message } } }`,
      { input: { confirmHandle: owner.handle } },
    );
    expect(await service.db.query(`SELECT FROM webhooks WHERE user_id = $1`, [owner.userId])).toEqual([]);
  });

  it('goes over to the account that its owner merges into, and is signed as before', async () => {
    const [kept, gone] = [await signUp(service), await signUp(service)];
    const { id, secret } = await makeWebhook(gone, { url: receiver.url });
    const { startAccountMerge } = await kept.query(`mutation { startAccountMerge { code userErrors { code } } }`);
    await gone.query(
      `mutation ($code: String!) { redeemAccountMerge(input: { code: $code }) { viewer { user { handle } } userErrors { message } } }`,
      { code: startAccountMerge.code },
    );
    expect((await kept.query(MINE)).viewer.webhooks.map((webhook: { id: string }) => webhook.id)).toEqual([id]);
    await kept.query(PING, { id });
    expect(isGenuine(secret, receiver.calls[0]!, new Date())).toBe(true);
  });

  it('of a game version goes with it', async () => {
    const owner = await signUp(service);
    await service.db.query(`INSERT INTO game_versions (name, sort_key) VALUES ('7.7', '7.7')`);
    await makeWebhook(owner, { url: receiver.url, version: '7.7' });
    await service.db.query(`DELETE FROM game_versions WHERE name = '7.7'`);
    expect((await owner.query(MINE)).viewer.webhooks).toEqual([]);
  });
});
