import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { signUp } from '../../support/people.js';
import { dumpAccounts } from '../../support/secrets.js';
import { startTestService, type TestService } from '../../support/service.js';
import { logged } from '../roles/support.js';
import { callersOf, signInTo } from './callers.js';
import * as support from './support.js';
import { CREATE, DELETE, ENABLE, isGenuine, makeWebhook, MINE, PING, ROTATE, type Receiver } from './support.js';

let service: TestService;
let strict: TestService;
let receiver: Receiver;
beforeAll(async () => {
  service = await startTestService({ webhookTargets: support.ANY_TARGET });
  strict = await startTestService({ db: service.db, sample: false });
});
beforeEach(async () => {
  receiver = await support.startReceiver();
});
afterEach(() => receiver.close());
afterAll(async () => {
  await strict.close();
  await service.close();
});

const URL = 'https://hooks.example.com/mcp?channel=7';
const input = { url: URL, events: ['CHANGES_STAGED'] };

describe('createWebhook', () => {
  it('is denied to everyone without a session and fresh presence', async () => {
    const { expectDenied } = await callersOf(service, receiver);
    await expectDenied(
      { nobody: 'UNAUTHENTICATED', stale: 'FORBIDDEN', program: 'FORBIDDEN', suspended: 'UNAUTHENTICATED' },
      (client) => client.send(CREATE, { input }),
    );
  });

  it('makes a webhook of every account, whose secret is told once and kept encrypted', async () => {
    const person = await signUp(service);
    const given = { ...input, events: ['CHANGES_COMMITTED', 'CHANGES_STAGED', 'CHANGES_STAGED'] };
    const { createWebhook } = await person.query(CREATE, {
      input: { ...given, version: '0.0-sample', kinds: ['FIELD', 'CLASS'] },
    });
    expect(createWebhook.userErrors).toEqual([]);
    expect(createWebhook.webhook).toEqual({
      id: expect.any(String),
      url: URL,
      events: ['CHANGES_STAGED', 'CHANGES_COMMITTED'],
      version: { name: '0.0-sample' },
      kinds: ['CLASS', 'FIELD'],
      createdAt: expect.any(String),
      lastDeliveredAt: null,
      failingSince: null,
      lastError: null,
      disabledAt: null,
    });
    const secret = createWebhook.secret as string;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(service.secrets.values.has(secret)).toBe(true);
    // Nor its bytes, in whichever spelling.
    const key = Buffer.from(secret.slice(6), 'base64');
    service.secrets.add(key.toString('base64').replace(/=$/, ''));
    const dump = await dumpAccounts(service.db);
    service.secrets.expectNoneIn(dump, 'the database');
    for (const spelling of [key.toString('hex'), key.toString('latin1')]) expect(dump).not.toContain(spelling);
    expect((await logged(service, 'webhook.create')).at(-1)).toEqual({
      actorId: person.userId,
      subjectId: person.userId,
      via: null,
      detail: expect.stringMatching(/^webhook \d+$/),
    });
    // For all versions and kinds where none is named.
    const { createWebhook: wide } = await person.query(CREATE, {
      input: { url: `${URL}#top`, events: ['CHANGES_STAGED'] },
    });
    expect(wide.webhook).toMatchObject({ url: URL, version: null, kinds: [] });
  });

  it('refuses addresses that are not called, no events, and versions that there are not', async () => {
    const person = await signUp(service);
    const strictly = await signInTo(strict, person);
    const outcome = async (client: TestClient, given: object) => {
      const { createWebhook } = await client.query(CREATE, { input: { ...input, ...given } });
      return createWebhook.userErrors.map(({ code, path }: { code: string; path: string[] | null }) => [code, path]);
    };
    const before = await service.db.query(`SELECT count(*)::int AS count FROM webhooks`);
    for (const url of [
      'http://hooks.example.com/',
      'https://127.0.0.1/',
      'https://[::1]:8443/',
      'https://169.254.169.254/latest/meta-data/',
      'https://2130706433/',
      'https://user:word@hooks.example.com/',
    ]) {
      expect(await outcome(strictly, { url }), url).toEqual([['INVALID_INPUT', ['url']]]);
    }
    expect(await outcome(person, { url: 'https://user:word@hooks.example.com/' })).toEqual([
      ['INVALID_INPUT', ['url']],
    ]);
    expect(await outcome(person, { events: [] })).toEqual([['INVALID_INPUT', ['events']]]);
    expect(await outcome(person, { version: '0.1' })).toEqual([['NOT_FOUND', ['version']]]);
    expect(outcomeOf(await person.send(CREATE, { input: { ...input, url: 'ftp://example.com/' } }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await service.db.query(`SELECT count(*)::int AS count FROM webhooks`)).toEqual(before);
    expect(await outcome(strictly, {})).toEqual([]);
  });

  it('makes twenty for an account, also at once', async () => {
    const person = await signUp(service);
    for (let i = 0; i < 18; i++) await makeWebhook(person, { url: URL });
    const answers = await Promise.all(Array.from({ length: 4 }, () => person.send(CREATE, { input })));
    expect(answers.map(outcomeOf).sort()).toEqual(['INVALID_INPUT', 'INVALID_INPUT', 'OK', 'OK']);
    expect((await person.query(MINE)).viewer.webhooks).toHaveLength(20);
  });
});

describe('rotateWebhookSecret', () => {
  it("is denied to everyone but the webhook's owner with a session and fresh presence", async () => {
    const { expectDenied } = await callersOf(service, receiver);
    await expectDenied(
      {
        nobody: 'UNAUTHENTICATED',
        other: 'NOT_FOUND',
        stale: 'FORBIDDEN',
        program: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
        foreignId: 'BAD_USER_INPUT',
      },
      (client, id) => client.send(ROTATE, { id }),
    );
  });

  it('gives another secret; what was signed with the one before counts no more', async () => {
    const person = await signUp(service);
    const { id, key, secret } = await makeWebhook(person, { url: receiver.url });
    const { rotateWebhookSecret } = await person.query(ROTATE, { id });
    expect(rotateWebhookSecret.webhook).toEqual({ id });
    expect(rotateWebhookSecret.secret).toMatch(/^whsec_/);
    await person.query(PING, { id });
    const [call] = receiver.calls;
    expect(isGenuine(rotateWebhookSecret.secret, call!, new Date())).toBe(true);
    expect(isGenuine(secret, call!, new Date())).toBe(false);
    expect((await logged(service, 'webhook.rotate')).at(-1)?.detail).toBe(`webhook ${key}`);
  });
});

describe('enableWebhook', () => {
  it("is denied to everyone but the webhook's owner with a session", async () => {
    const { expectDenied } = await callersOf(service, receiver);
    await expectDenied(
      {
        nobody: 'UNAUTHENTICATED',
        other: 'NOT_FOUND',
        program: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
        foreignId: 'BAD_USER_INPUT',
      },
      (client, id) => client.send(ENABLE, { id }),
    );
  });

  it('forgets failures', async () => {
    const person = await signUp(service);
    const { id, key } = await makeWebhook(person, { url: receiver.url });
    await service.db.query(
      `UPDATE webhooks SET disabled_at = now(), failing_since = now(), last_error = 'It answered 500.', attempts = 9,
              due_at = now() + interval '1 hour' WHERE id = $1`,
      [key],
    );
    expect((await person.query(MINE)).viewer.webhooks[0]).toMatchObject({ lastError: 'It answered 500.' });
    const { enableWebhook } = await person.query(ENABLE, { id });
    expect(enableWebhook.webhook).toEqual({ id, disabledAt: null, failingSince: null, lastError: null });
    const state = await support.stateOf(service, key);
    expect(state.attempts).toBe(0);
    expect(state.dueAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect((await logged(service, 'webhook.enable')).at(-1)?.subjectId).toBe(person.userId);
  });
});

describe('deleteWebhook', () => {
  it("is denied to everyone but the webhook's owner with a session and fresh presence", async () => {
    const { expectDenied } = await callersOf(service, receiver);
    await expectDenied(
      {
        nobody: 'UNAUTHENTICATED',
        other: 'NOT_FOUND',
        stale: 'FORBIDDEN',
        program: 'FORBIDDEN',
        suspended: 'UNAUTHENTICATED',
        foreignId: 'BAD_USER_INPUT',
      },
      (client, id) => client.send(DELETE, { id }),
    );
  });

  it('ends it', async () => {
    const person = await signUp(service);
    const kept = await makeWebhook(person, { url: receiver.url });
    const { id, key } = await makeWebhook(person, { url: receiver.url });
    const { deleteWebhook } = await person.query(DELETE, { id });
    expect(deleteWebhook).toEqual({ viewer: { webhooks: [{ id: kept.id }] }, userErrors: [] });
    expect(outcomeOf(await person.send(DELETE, { id }))).toBe('NOT_FOUND');
    expect((await logged(service, 'webhook.delete')).at(-1)?.detail).toBe(`webhook ${key}`);
  });
});
