import { randomBytes } from 'node:crypto';
import { effectivePermissions, forbidden, requirePermission, requirePresence, type Actor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { isPermission, Permission } from '../../auth/permissions.js';
import { hashSecret, newSecret } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import type { Sql, Tx } from '../../db/index.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../shared/page.js';
import { userError } from '../../shared/user-errors.js';
import { lockCaller } from '../accounts/lock-caller.js';
import { lockUser, type UserRow } from '../accounts/users.store.js';
import type { AuditAction } from '../audit/audit-actions.js';
import { originOf, record, type Origin } from '../audit/audit.store.js';
import { inTurn, type SignedInCaller } from '../roles/in-turn.js';
import type { WebhookTargets } from '../webhooks/targets.js';
import { deleteAuthorizations } from './authorizations.store.js';
import * as rules from './client-rules.js';
import * as store from './clients.store.js';

/** A client with its secret, which is told this once; null where it has none, or none was made. */
export interface ClientWithSecret {
  client: store.OAuthClientRow;
  secret: string | null;
}

export interface RegisterClientInput extends rules.ClientInput {
  kind: store.OAuthClientKind;
  /** BOT: the account that it calls as. */
  botId: number | null;
}

/** What is not given, or null, stays as it is; but null takes a homepage or logout address away. */
export type UpdateClientInput = { [Key in keyof rules.ClientInput]?: rules.ClientInput[Key] | null };

/** Whether an actor may manage the clients of everybody. */
const manages = (actor: Actor, now: Date): boolean =>
  effectivePermissions(actor, now, 'ALL').has(Permission.CLIENT_MANAGE);

/** Who changes clients in a transaction. */
interface Manager {
  caller: SignedInCaller;
  /** Held until the transaction ends. */
  person: UserRow;
  /** Whether it may be anybody's client, and a trusted one. */
  managesAll: boolean;
}

/** Runs a change of clients; what administrators do in its turn, with the rights that they have then. */
function change<T>(auth: AuthServices, caller: Caller, work: (tx: Tx, by: Manager) => Promise<T>): Promise<T> {
  const actor = requirePresence(caller.actor, caller.now);
  const run = async (tx: Tx, by: SignedInCaller, managesAll: boolean) =>
    work(tx, { caller: by, person: await lockCaller(tx, by.actor), managesAll });
  if (!manages(actor, caller.now)) return auth.db.transaction((tx) => run(tx, { ...caller, actor }, false));
  return inTurn(auth, caller, (tx, by) => run(tx, by, manages(by.actor, by.now)));
}

/** Those of some clients that an actor may see: their own, and everybody's for those who manage them. */
export async function readableClients(
  db: Sql,
  actor: Actor,
  now: Date,
  ids: readonly number[],
): Promise<store.OAuthClientRow[]> {
  if (actor.kind === 'ANONYMOUS') return [];
  return store.clientsById(db, ids, manages(actor, now) ? null : Number(actor.user.id));
}

/** The clients of everybody, newest first. @throws AppError FORBIDDEN without CLIENT_MANAGE */
export async function listClients(
  db: Sql,
  actor: Actor,
  now: Date,
  query: string | null | undefined,
  request: PageRequest,
): Promise<Page<store.OAuthClientRow>> {
  requirePermission(actor, Permission.CLIENT_MANAGE, now, 'ALL');
  const part = query?.trim() ?? '';
  const before = request.after === null ? null : (decodeCursor(request.after, ['int'])[0] as number);
  const rows = await store.clientsPage(db, part, before, request.first + 1);
  return toPage(
    rows,
    request,
    ({ id }) => [id],
    () => store.countClients(db, part),
  );
}

/** Scanners for leaked secrets know it by its prefix. */
const mintSecret = (): string => `mcp_client_${newSecret()}`;

/** The bot of a client: one of the person's own, held. @throws UserErrors INVALID_INPUT, NOT_FOUND */
async function lockBot(tx: Tx, person: UserRow, kind: store.OAuthClientKind, botId: number | null) {
  if (kind !== 'BOT') {
    if (botId !== null) throw userError('INVALID_INPUT', 'Only a BOT client calls as a bot.', 'bot');
    return null;
  }
  if (botId === null) throw userError('INVALID_INPUT', 'A BOT client calls as one of your bots: name it.', 'bot');
  const bot = await lockUser(tx, botId);
  if (bot?.ownerId !== person.id) throw userError('NOT_FOUND', 'You have no such bot.', 'bot');
  return bot;
}

/**
 * Registers a client of the caller.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND for the bot; AppError FORBIDDEN without fresh presence, and without CLIENT_MANAGE
 *   for one that is trusted or speaks for IRC networks
 */
export function registerClient(
  auth: AuthServices,
  targets: WebhookTargets,
  caller: Caller,
  { kind, botId, ...input }: RegisterClientInput,
): Promise<ClientWithSecret> {
  return change(auth, caller, async (tx, by) => {
    const { person, managesAll } = by;
    if ((input.trusted || input.networks.length > 0) && !managesAll) throw forbidden(Permission.CLIENT_MANAGE);
    const content = await rules.checkClient(kind, input, { targets, isOurs: managesAll });
    const bot = await lockBot(tx, person, kind, botId);
    const made = { ...content, kind, ownerId: person.id, botId: bot?.id ?? null, createdAt: by.caller.now };
    return addClient(tx, originOf(by.caller), made);
  });
}

/**
 * Registers a client that was checked. Whether `by` may do so is for the caller to check, who holds its owner.
 * @throws UserErrors INVALID_INPUT where its owner has too many
 */
export async function addClient(
  tx: Tx,
  by: Origin,
  made: Omit<store.NewClient, 'clientId' | 'secretHash' | 'subjectSalt'>,
): Promise<ClientWithSecret> {
  if ((await store.countClientsOf(tx, made.ownerId)) >= rules.MAX_CLIENTS) {
    const why = `A person has ${rules.MAX_CLIENTS} clients at most: delete those that are not used.`;
    throw userError('INVALID_INPUT', why);
  }
  const secret = rules.hasSecret(made.authentication) ? mintSecret() : null;
  const client = await store.insertClient(tx, {
    ...made,
    // 132 bits: nobody guesses one, and none comes back.
    clientId: newSecret().slice(0, 22),
    secretHash: secret === null ? null : hashSecret(secret),
    subjectSalt: randomBytes(32),
  });
  await note(tx, by, 'client.register', client, [made.kind, ...(client.trusted ? ['trusted'] : [])]);
  return { client, secret };
}

const sameNetworks = (a: Pick<rules.ClientInput, 'networks'>, b: Pick<rules.ClientInput, 'networks'>): boolean =>
  JSON.stringify(a.networks) === JSON.stringify(b.networks);

/** What is to be said of a client: what is given, and what is known of it. */
const wantedOf = (known: store.OAuthClientRow, given: UpdateClientInput): rules.ClientInput => ({
  name: given.name ?? known.name,
  authentication: given.authentication ?? known.authentication,
  homepage: given.homepage === undefined ? known.homepage : given.homepage,
  redirectUris: given.redirectUris ?? known.redirectUris,
  postLogoutRedirectUris: given.postLogoutRedirectUris ?? known.postLogoutRedirectUris,
  backchannelLogoutUri:
    given.backchannelLogoutUri === undefined ? known.backchannelLogoutUri : given.backchannelLogoutUri,
  // One that an older or newer build knew means nothing to this one.
  permissions: given.permissions ?? known.permissions.filter(isPermission),
  networks: given.networks ?? known.networks,
  publicKeys: given.publicKeys ?? known.jwks?.keys ?? [],
  dpopBound: given.dpopBound ?? known.dpopBound,
  trusted: given.trusted ?? known.trusted,
});

/**
 * Changes a client: the caller's own, or anybody's with CLIENT_MANAGE, without which a trusted client is not changed at all, as people
 * are not asked before it is let in, and no client speaks for other IRC networks. One that proves itself with a secret from now on gets one; one that did loses it.
 * @throws UserErrors INVALID_INPUT, NOT_FOUND; AppError FORBIDDEN
 */
export function updateClient(
  auth: AuthServices,
  targets: WebhookTargets,
  caller: Caller,
  id: number,
  input: UpdateClientInput,
): Promise<ClientWithSecret> {
  return change(auth, caller, async (tx, by) => {
    const known = await lockManaged(tx, by, id, 'client');
    const wanted = wantedOf(known, input);
    const takesManager = known.trusted || wanted.trusted || !sameNetworks(known, wanted);
    if (takesManager && !by.managesAll) throw forbidden(Permission.CLIENT_MANAGE);
    const isOurs = by.managesAll || wanted.name === known.name;
    const content = await rules.checkClient(known.kind, wanted, { targets, isOurs });
    const client = await store.updateClient(tx, id, content);
    // Nobody was asked before it was given what it has.
    if (known.trusted && !client.trusted) await deleteAuthorizations(tx, id);
    const secret = await changeAuthentication(tx, known, client.authentication);
    const fields = Object.keys(content) as (keyof store.ClientContent)[];
    const changed = fields.filter((field) => JSON.stringify(client[field]) !== JSON.stringify(known[field]));
    if (changed.length > 0) await note(tx, originOf(by.caller), 'client.update', client, changed);
    return { client, secret };
  });
}

/** Gives a secret to a client that proves itself with one from now on, and takes it from one that does not any more. */
async function changeAuthentication(
  tx: Tx,
  { id, authentication: before }: store.OAuthClientRow,
  authentication: store.ClientAuthentication,
): Promise<string | null> {
  if (rules.hasSecret(before) === rules.hasSecret(authentication)) return null;
  const secret = rules.hasSecret(authentication) ? mintSecret() : null;
  const secretHash = secret === null ? null : hashSecret(secret);
  await store.setClientSecret(tx, id, { secretHash, previousSecretHash: null, previousSecretUntil: null });
  return secret;
}

/**
 * Makes another secret; the one before goes on for ten minutes, so that it can be replaced without a gap. Of three, the first counts
 * no more.
 * @throws UserErrors NOT_FOUND, INVALID_INPUT for a client without a secret; AppError FORBIDDEN without fresh presence
 */
export function rotateClientSecret(auth: AuthServices, caller: Caller, id: number): Promise<ClientWithSecret> {
  return change(auth, caller, async (tx, by) => {
    const client = await lockManaged(tx, by, id);
    const { secretHash } = client;
    if (!rules.hasSecret(client.authentication)) {
      throw userError('INVALID_INPUT', 'This client does not prove itself with a secret.', 'id');
    }
    const secret = mintSecret();
    const until = secretHash === null ? null : new Date(by.caller.now.getTime() + rules.OVERLAP);
    await store.setClientSecret(tx, id, {
      secretHash: hashSecret(secret),
      previousSecretHash: secretHash,
      previousSecretUntil: until,
    });
    await note(tx, originOf(by.caller), 'client.rotate', client);
    return { client, secret };
  });
}

/** Ends a client, and with it whatever people allowed it. @throws UserErrors NOT_FOUND; AppError FORBIDDEN without fresh presence */
export function deleteClient(auth: AuthServices, caller: Caller, id: number): Promise<void> {
  return change(auth, caller, async (tx, by) => {
    const client = await lockManaged(tx, by, id);
    await store.deleteClient(tx, id);
    await note(tx, originOf(by.caller), 'client.delete', client);
  });
}

/** A client that the caller may change, held. @throws UserErrors NOT_FOUND for one of somebody else */
async function lockManaged(tx: Tx, { person, managesAll }: Manager, id: number, path = 'id') {
  const client = await store.lockClient(tx, id, managesAll ? null : person.id);
  if (client === null) throw userError('NOT_FOUND', 'You have no such client.', path);
  return client;
}

/** By number: a name or an address may be personal, and would outlive its owner in the log. */
const note = (
  tx: Tx,
  by: Origin,
  action: AuditAction,
  { id, ownerId }: store.OAuthClientRow,
  what: readonly string[] = [],
): Promise<void> => {
  const detail = what.length === 0 ? `client ${id}` : `client ${id}: ${what.join(', ')}`;
  return record(tx, by, { action, subjectId: ownerId, detail });
};
