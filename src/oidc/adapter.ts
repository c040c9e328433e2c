import { errors, Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Keyring } from '../auth/keyring.js';
import { hashSecret } from '../auth/secrets.js';
import type { Sql } from '../db/index.js';
import { clientByClientId } from '../modules/clients/clients.store.js';
import { Lru } from '../shared/lru.js';
import type { AccountIds } from './account-ids.js';
import { clientMetadata } from './client-metadata.js';
import * as store from './records.store.js';

/** For how long a refresh token that was used goes on, in milliseconds: two tabs that refresh at once are one person. */
export const REFRESH_GRACE = 10_000;

/** How far apart polls for a device code are to be, in milliseconds: 5 seconds (RFC 8628), with some room for the network. */
const POLL_INTERVAL = 4_000;

/** What comes without a time to live is kept this long, in seconds. */
const NO_END = 400 * 86_400;

const PURPOSE = 'oidc-record';

/** Longer ids are none of ours. */
const MAX_ID = 300;

export interface AdapterServices {
  db: Sql;
  keyring: Keyring;
  accountIds: AccountIds;
}

/** Storage of the provider. The ids are the secrets: only their hashes are kept, and what belongs to them is encrypted. */
class RecordAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly services: AdapterServices,
    private readonly polls: Lru<number>,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn = NO_END): Promise<void> {
    const { db } = this.services;
    const record = this.recordOf(id, payload, expiresIn);
    if (this.model !== 'ReplayDetection') return store.saveRecord(db, record);
    // Between the question whether it was seen and this another request may have come with the same.
    if (!(await store.insertRecord(db, record))) throw new errors.InvalidGrant('this was used already');
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (id.length > MAX_ID) return undefined;
    if (this.model === 'DeviceCode') this.slowDown(id);
    return this.read('hash', id);
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.read('code_hash', userCode);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.read('uid_hash', uid);
  }

  /** One atomic UPDATE. What was used before is theft, or an accident that looks like it: its whole family ends. */
  async consume(id: string): Promise<void> {
    const { db } = this.services;
    const hash = hashSecret(id);
    const now = new Date();
    const grace = this.model === 'RefreshToken' ? REFRESH_GRACE : 0;
    const graceFrom = new Date(now.getTime() - grace);
    if (await store.consumeRecord(db, this.model, hash, now, graceFrom)) return;
    const used = await this.read('hash', id);
    if (used?.grantId !== undefined) await store.deleteGrant(db, hashSecret(used.grantId));
    throw new errors.InvalidGrant('this was used already');
  }

  destroy(id: string): Promise<void> {
    return store.deleteRecord(this.services.db, this.model, hashSecret(id));
  }

  revokeByGrantId(grantId: string): Promise<void> {
    return store.deleteRecordsOfGrant(this.services.db, this.model, hashSecret(grantId));
  }

  private recordOf(id: string, payload: AdapterPayload, expiresIn: number): store.NewOidcRecord {
    const { keyring, accountIds } = this.services;
    const hash = hashSecret(id);
    const { accountId, session, clientId, grantId, userCode, uid } = payload;
    const owner = accountId ?? session?.accountId;
    const hashOf = (secret: string | undefined) => (secret === undefined ? null : hashSecret(secret));
    return {
      model: this.model,
      hash,
      payload: keyring.encrypt(PURPOSE, Buffer.from(JSON.stringify(payload)), this.model),
      userId: owner === undefined ? null : accountIds.decode(owner),
      clientId: clientId ?? null,
      scope: this.model === 'Grant' ? scopeOf(payload) : null,
      grantHash: hashOf(grantId),
      codeHash: hashOf(userCode),
      uidHash: this.model === 'Session' ? hashOf(uid) : null,
      expiresAt: new Date(Date.now() + expiresIn * 1_000),
    };
  }

  private async read(by: 'hash' | 'code_hash' | 'uid_hash', secret: string): Promise<AdapterPayload | undefined> {
    const row = await store.findRecord(this.services.db, this.model, by, hashSecret(secret));
    if (row === null) return undefined;
    const opened = this.services.keyring.tryDecrypt(PURPOSE, row.payload, this.model);
    if (opened === null) return undefined;
    const payload = JSON.parse(opened.toString()) as AdapterPayload;
    if (row.consumedAt === null) return payload;
    const age = Date.now() - row.consumedAt.getTime();
    if (this.model === 'RefreshToken' && age < REFRESH_GRACE) return payload;
    return { ...payload, consumed: Math.floor(row.consumedAt.getTime() / 1_000) };
  }

  /** @throws SlowDown where a device asks again too soon */
  private slowDown(id: string): void {
    if (Provider.ctx?.oidc?.route !== 'token') return;
    const key = hashSecret(id).toString('base64url');
    const now = Date.now();
    const last = this.polls.get(key);
    this.polls.set(key, now);
    if (last !== undefined && now - last < POLL_INTERVAL) throw new errors.SlowDown();
  }
}

/** Everything that a grant allows, as one list of scopes. */
function scopeOf({ openid, resources }: AdapterPayload): string {
  const { scope = '' } = (openid ?? {}) as { scope?: string };
  const all = [scope, ...Object.values((resources ?? {}) as Record<string, string>)].join(' ').split(' ');
  return [...new Set(all)].filter((scope) => scope !== '').join(' ');
}

/** Clients are registered over GraphQL, and only read here. */
class ClientAdapter implements Adapter {
  constructor(private readonly db: Sql) {}

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    if (clientId.length > MAX_ID) return undefined;
    const client = await clientByClientId(this.db, clientId);
    return client === null ? undefined : (clientMetadata(client, new Date()) ?? undefined);
  }

  upsert = refuse;
  consume = refuse;
  destroy = refuse;
  findByUid = refuse;
  findByUserCode = refuse;
  revokeByGrantId = refuse;
}

const refuse = (): Promise<never> => Promise.reject(new Error('Clients are registered over GraphQL.'));

/** The storage of each of the provider's models. */
export function adapterFactory(services: AdapterServices): (model: string) => Adapter {
  const polls = new Lru<number>(10_000);
  return (model) => (model === 'Client' ? new ClientAdapter(services.db) : new RecordAdapter(model, services, polls));
}
