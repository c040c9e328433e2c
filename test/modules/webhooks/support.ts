import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeId } from '../../../src/graphql/ids.js';
import { writeHistory, type NewChange, type WrittenChange } from '../../../src/modules/history/history.store.js';
import type { DeliveryServices } from '../../../src/modules/webhooks/delivery.js';
import { webhookTargets } from '../../../src/modules/webhooks/targets.js';
import type { TestClient } from '../../support/client.js';
import type { TestService } from '../../support/service.js';

export const CREATE = `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
  webhook { id url events version { name } kinds createdAt lastDeliveredAt failingSince lastError disabledAt }
  secret userErrors { code message path } } }`;
export const ROTATE = `mutation ($id: ID!) { rotateWebhookSecret(input: { id: $id }) { webhook { id } secret userErrors { code path } } }`;
export const ENABLE = `mutation ($id: ID!) { enableWebhook(input: { id: $id }) {
  webhook { id disabledAt failingSince lastError } userErrors { code path } } }`;
export const DELETE = `mutation ($id: ID!) { deleteWebhook(input: { id: $id }) { viewer { webhooks { id } } userErrors { code path } } }`;
export const PING = `mutation ($id: ID!) { pingWebhook(input: { id: $id }) { ping { status error } userErrors { code path } } }`;
export const MINE = `{ viewer { webhooks { id url events version { name } kinds lastDeliveredAt failingSince lastError disabledAt } } }`;

/** Whatever address there is, this machine's included. */
export const ANY_TARGET = webhookTargets({ privateHosts: true, plainHttp: true });

/** One call as a receiver got it. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: {
    id: string;
    webhook: string;
    version?: string;
    changes: { id: string; sequence: number; event: string; srg: string; version: string; author: string | null }[];
  };
}

export interface Receiver {
  url: string;
  port: number;
  calls: Received[];
  /** What it does with a call; 204 unless it is set. */
  answer: (response: ServerResponse, call: Received) => void;
  close(): Promise<void>;
}

/** A real server of somebody on this machine. */
export async function startReceiver(host = '127.0.0.1'): Promise<Receiver> {
  const calls: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const call = { path: request.url!, headers: request.headers, text, body: JSON.parse(text) as Received['body'] };
      calls.push(call);
      receiver.answer(response, call);
    });
  });
  await new Promise<void>((done) => server.listen(0, host, done));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://${host}:${port}/hook`,
    port,
    calls,
    answer: (response) => void response.writeHead(204).end(),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** Whether a call is what the Standard Webhooks specification wants, checked without the service's own code. */
export function isGenuine(secret: string, { headers, text }: Pick<Received, 'headers' | 'text'>, now: Date): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name]),
  );
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest();
  return signatures!.split(' ').some((signature) => {
    const [version, mac] = signature.split(',');
    const given = Buffer.from(mac ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

export interface Made {
  id: string;
  key: number;
  secret: string;
}

/** Makes a webhook through the interface. */
export async function makeWebhook(person: TestClient, input: Record<string, unknown>): Promise<Made> {
  const usual = { events: ['CHANGES_STAGED', 'CHANGES_COMMITTED'] };
  const { createWebhook } = await person.query(CREATE, { input: { ...usual, ...input } });
  if (createWebhook.webhook === null) throw new Error(JSON.stringify(createWebhook.userErrors));
  const { webhook, secret } = createWebhook as { webhook: { id: string }; secret: string };
  return { id: webhook.id, key: Number(Buffer.from(webhook.id, 'base64url').toString().split(':')[1]), secret };
}

/** What deliveries are made with, on a clock of the test's own. */
export const delivering = (service: TestService, given: Partial<DeliveryServices> = {}): DeliveryServices => ({
  db: service.db,
  log: service.auth.log,
  keyring: service.auth.keyring,
  targets: ANY_TARGET,
  globalId: encodeId,
  ...given,
});

/** The sample version. */
export const versionOf = async ({ db }: TestService, name = '0.0-sample'): Promise<{ id: number; name: string }> => {
  const rows = await db.query<{ id: number; name: string }>(`SELECT id, name FROM game_versions WHERE name = $1`, [
    name,
  ]);
  return rows[0]!;
};

let written = 0;

/** Writes changes into the history as the services do, of entries that there need not be. */
export async function writeChanges(
  service: TestService,
  count: number,
  given: Partial<NewChange> & { authorId?: number | null; version?: string; via?: string | null } = {},
): Promise<WrittenChange[]> {
  const { authorId = null, version: versionName, via = null, state = 'STAGED', ...rest } = given;
  const version = await versionOf(service, versionName);
  const by = { authorId, via, reason: 'not for strangers', forced: false, at: new Date() };
  return service.db.transaction((tx) =>
    writeHistory(tx, async (history) => {
      const changes = Array.from({ length: count }, (): NewChange => {
        written += 1;
        return {
          versionId: version.id,
          version: version.name,
          kind: 'METHOD',
          srg: `func_${written}_x`,
          oldName: null,
          newName: `name${written}`,
          oldDocumentation: null,
          newDocumentation: null,
          supersedes: null,
          ...rest,
          state,
        };
      });
      const made = await history.append(changes, by);
      if (state === 'COMMITTED') await decide(history, made, by);
      return made;
    }),
  );
}

type History = Parameters<Parameters<typeof writeHistory>[1]>[0];
const decide = (history: History, changes: readonly WrittenChange[], by: Parameters<History['decide']>[2]) =>
  history.decide(
    'COMMITTED',
    changes.map(({ sequence }) => sequence),
    by,
  );

/** Commits staged changes in one decision, later than they were made as people are, or by another clock. */
export async function commit(
  service: TestService,
  changes: readonly WrittenChange[],
  at = new Date(Date.now() + 5),
): Promise<void> {
  await service.db.transaction((tx) =>
    writeHistory(tx, (history) => decide(history, changes, { authorId: null, via: null, reason: null, at })),
  );
}

/** What the database holds on a webhook. */
export async function stateOf({ db }: TestService, key: number) {
  const rows = await db.query<{
    attempts: number;
    dueAt: Date;
    claimedUntil: Date | null;
    lastDeliveredAt: Date | null;
    failingSince: Date | null;
    lastError: string | null;
    disabledAt: Date | null;
    change: number;
    decision: number;
  }>(
    `SELECT attempts, due_at AS "dueAt", claimed_until AS "claimedUntil", last_delivered_at AS "lastDeliveredAt",
            failing_since AS "failingSince", last_error AS "lastError", disabled_at AS "disabledAt",
            change_cursor AS change, decision_cursor AS decision FROM webhooks WHERE id = $1`,
    [key],
  );
  return rows[0]!;
}

/** Everything that was told, call after call: `staged 12`. */
export const toldOf = (calls: readonly Received[]): string[] =>
  calls.flatMap(({ body }) => body.changes.map(({ event, sequence }) => `${event} ${sequence}`));

/** Lets nothing be due but what a test makes. */
export const forgetWebhooks = ({ db }: TestService) => db.query(`DELETE FROM webhooks`);
