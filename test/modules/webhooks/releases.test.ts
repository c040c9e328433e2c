import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RoleName } from '../../../src/auth/permissions.js';
import { deliverDue, startDeliveries } from '../../../src/modules/webhooks/delivery-worker.js';
import { signUp, type Person } from '../../support/people.js';
import { startTestService, type TestService } from '../../support/service.js';
import { importCopies } from '../../support/versions.js';
import { DAY, publish, publishAt, published } from '../releases/support.js';
import * as support from './support.js';
import { delivering, isGenuine, makeWebhook, writeChanges, type Receiver } from './support.js';

let service: TestService;
let manager: Person;
let receiver: Receiver;
let versions = 0;
let version: string;
beforeAll(async () => {
  service = await startTestService({ sample: false, webhookTargets: support.ANY_TARGET });
  manager = await signUp(service, { roles: [RoleName.RELEASE_MANAGER] });
});
beforeEach(async () => {
  receiver = await support.startReceiver();
  versions += 1;
  version = `9.${versions}`;
  await importCopies(service.db, [version]);
});
afterEach(async () => {
  await receiver.close();
  await support.forgetWebhooks(service);
});
afterAll(() => service.close());

const bodies = () =>
  receiver.calls.map(({ body }) => body as typeof body & { releases?: { name: string; version: string }[] });
const toldReleases = () => bodies().flatMap(({ releases = [] }) => releases.map(({ name }) => name));

test('a webhook is told of releases that come after it, signed, each once', async () => {
  await publishAt(service.db, version, new Date(Date.now() - DAY));
  const { id, key, secret } = await makeWebhook(manager, { url: receiver.url, events: ['RELEASE_PUBLISHED'] });
  service.secrets.add(secret);
  await deliverDue(delivering(service));
  expect(receiver.calls).toEqual([]);
  const { release } = await publish(manager, { version, channel: 'STABLE', notes: 'The first.' });
  await deliverDue(delivering(service));
  await deliverDue(delivering(service));
  expect(receiver.calls).toHaveLength(1);
  expect(isGenuine(secret, receiver.calls[0]!, new Date())).toBe(true);
  expect(bodies()[0]).toEqual({
    id: expect.stringMatching(new RegExp(`^${key}:\\d+_\\d+_\\d+_\\d+-\\d+_\\d+_\\d+_\\d+$`)),
    webhook: id,
    changes: [],
    releases: [
      {
        id: release!.id,
        name: release!.name,
        version,
        channel: 'STABLE',
        publishedAt: release!.publishedAt,
        publishedBy: manager.handle,
        notes: 'The first.',
        digest: release!.digest,
        previous: null,
        changeCount: release!.changeCount,
      },
    ],
  });
});

test('of its own version alone, and of changes as well where it asks for them', async () => {
  const other = `${version}.1`;
  await importCopies(service.db, [other]);
  await makeWebhook(manager, { url: receiver.url, version, events: ['CHANGES_STAGED', 'RELEASE_PUBLISHED'] });
  await published(manager, other, 'STABLE');
  const { name } = await published(manager, version, 'SNAPSHOT');
  const [change] = await writeChanges(service, 1, { version });
  await deliverDue(delivering(service));
  expect(toldReleases()).toEqual([name]);
  expect(support.toldOf(receiver.calls)).toEqual([`staged ${change!.sequence}`]);
});

test('one that does not ask for releases hears and knows nothing of them', async () => {
  const { key } = await makeWebhook(manager, { url: receiver.url });
  await published(manager, version, 'STABLE');
  await deliverDue(delivering(service));
  expect(receiver.calls).toEqual([]);
  await writeChanges(service, 1, { version });
  await deliverDue(delivering(service));
  expect(bodies()).toHaveLength(1);
  expect(bodies()[0]).not.toHaveProperty('releases');
  expect(bodies()[0]!.id).toMatch(new RegExp(`^${key}:\\d+_\\d+_0-\\d+_\\d+_0$`));
});

test('a delivery that failed is made again with the same releases, whatever was published since', async () => {
  await makeWebhook(manager, { url: receiver.url, events: ['RELEASE_PUBLISHED'] });
  const first = await published(manager, version, 'SNAPSHOT');
  receiver.answer = (response) => void response.writeHead(500).end();
  await deliverDue(delivering(service));
  const second = await published(manager, version, 'STABLE');
  receiver.answer = (response) => void response.writeHead(204).end();
  await deliverDue(delivering(service, { now: () => new Date(Date.now() + DAY) }));
  expect(toldReleases()).toEqual([first.name, first.name, second.name]);
  expect(bodies()[1]!.id).toBe(bodies()[0]!.id);
});

test('the worker delivers as soon as a release is there', async () => {
  await makeWebhook(manager, { url: receiver.url, events: ['RELEASE_PUBLISHED'] });
  const stop = await startDeliveries(delivering(service), { gathering: 10, patience: 5_000 });
  try {
    const { name } = await published(manager, version, 'SNAPSHOT');
    await vi.waitFor(() => expect(toldReleases()).toEqual([name]), { timeout: 5_000 });
  } finally {
    await stop();
  }
});

test('one of nobody who publishes is told with nobody', async () => {
  await makeWebhook(manager, { url: receiver.url, events: ['RELEASE_PUBLISHED'] });
  const { name } = await publishAt(service.db, version, new Date());
  await deliverDue(delivering(service));
  expect(bodies()[0]!.releases).toMatchObject([{ name, publishedBy: null, previous: null }]);
});
