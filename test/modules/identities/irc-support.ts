import { Permission, RoleName } from '../../../src/auth/permissions.js';
import { addClient } from '../../oidc/support.js';
import { outcomeOf, type Answer, type TestClient } from '../../support/client.js';
import { giveRole, programOf, signUp, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';
import { makeBot, type Bot } from '../roles/support.js';

const ERRORS = `userErrors { code message path }`;

export const START = `mutation ($network: String!) {
  startIrcLink(input: { network: $network }) { code expiresAt instructions ${ERRORS} } }`;
export const CLAIM = `mutation ($input: ClaimIrcLinkInput!) { claimIrcLink(input: $input) { accepted message ${ERRORS} } }`;
export const VOID = `mutation ($input: VoidIrcLinkInput!) { voidIrcLink(input: $input) { ok ${ERRORS} } }`;
export const OFFER = `mutation ($input: OfferIrcLinkInput!) { offerIrcLink(input: $input) { url expiresAt ${ERRORS} } }`;
export const ACCEPT = `mutation ($code: String!) {
  acceptIrcLink(input: { code: $code }) { viewer { identities { provider network displayName state } } ${ERRORS} } }`;

export const NETWORK = 'EsperNet';

/** The bot of a network, with the person whose bot it is. */
export interface IrcBot extends Bot {
  owner: Person;
}

/** A bot that a trusted client lets speak for a network. */
export async function newIrcBot(service: TestService, networks = [NETWORK]): Promise<IrcBot> {
  const owner = await signUp(service);
  const bot = await makeBot(service, owner);
  await giveRole(service, bot.userId, RoleName.IRC_BOT);
  const of = { owner: owner.handle, bot: bot.handle };
  await addClient(service, { kind: 'BOT', trusted: true, permissions: [Permission.IRC_VERIFY], networks, ...of });
  return { ...bot, owner };
}

let entities = 0;

/** Somebody on IRC as a bot sees them; each has an account of their own. */
export function seen(given: object = {}) {
  entities += 1;
  return { network: NETWORK, account: `nick${entities}`, accountId: `AAAAA${entities}`, nick: 'somebody', ...given };
}

/** A fresh code of somebody for a network. */
export async function codeOf(person: Person, network = NETWORK): Promise<string> {
  const { startIrcLink } = await person.query(START, { network });
  if (startIrcLink.code === null) throw new Error(JSON.stringify(startIrcLink.userErrors));
  return startIrcLink.code as string;
}

/** The code of the address that a bot hands out for somebody. */
export async function offerOf({ program }: Bot, input: object): Promise<string> {
  const { offerIrcLink } = await program.query(OFFER, { input });
  if (offerIrcLink.url === null) throw new Error(JSON.stringify(offerIrcLink.userErrors));
  return new URL(offerIrcLink.url as string).searchParams.get('code')!;
}

/** The IRC identities of somebody as the database has them: `EsperNet AAAAA1 alice ACTIVE`. */
export async function ircIdentitiesIn({ db }: TestService, { userId }: Pick<Person, 'userId'>): Promise<string[]> {
  const rows = await db.query<{ text: string }>(
    `SELECT concat_ws(' ', network, subject, display_name, state) AS text FROM identities
      WHERE user_id = $1 AND provider = 'IRC' ORDER BY id`,
    [userId],
  );
  return rows.map(({ text }) => text);
}

/** Links an account of a network by SQL. */
export async function linkedTo(
  { db }: TestService,
  { userId }: Pick<Person, 'userId'>,
  { network, account, accountId }: Pick<ReturnType<typeof seen>, 'network' | 'account' | 'accountId'>,
  state: 'ACTIVE' | 'PENDING' | 'SUSPENDED' = 'ACTIVE',
): Promise<void> {
  await db.query(
    `INSERT INTO identities (user_id, provider, network, subject, display_name, state, acting_permissions)
     VALUES ($1, 'IRC', $2, $3, $4, $5::identity_state, '{MAPPING_LOCK}')`,
    [userId, network, accountId, account, state],
  );
}

/** The outcomes of a call that only the bot of a network makes, by all others. */
export async function deniedToOthers(
  service: TestService,
  call: (client: TestClient) => Promise<Answer>,
): Promise<Record<string, string>> {
  const admin = await signUp(service, { roles: [RoleName.ADMIN] });
  const elsewhere = await newIrcBot(service, ['espernet', 'Libera']);
  const roleless = await newIrcBot(service);
  await service.db.query(`UPDATE role_grants SET revoked_at = now() WHERE user_id = $1`, [roleless.userId]);
  const untrusted = await newIrcBot(service);
  await service.db.query(`UPDATE oauth_clients SET trusted = false WHERE bot_id = $1`, [untrusted.userId]);
  const clientless = await newIrcBot(service);
  await service.db.query(`DELETE FROM oauth_clients WHERE bot_id = $1`, [clientless.userId]);
  const bot = await newIrcBot(service);
  const callers: Record<string, TestClient> = {
    anonymous: service.client(),
    person: await signUp(service),
    owner: bot.owner,
    admin,
    adminProgram: await programOf(service, admin),
    withoutPermission: await programOf(service, bot, [Permission.ACT_FOR_USERS]),
    withoutRole: roleless.program,
    ofAnotherNetwork: elsewhere.program,
    notTrusted: untrusted.program,
    withoutClient: clientless.program,
  };
  const outcomes: Record<string, string> = {};
  for (const [name, client] of Object.entries(callers)) outcomes[name] = outcomeOf(await call(client));
  return outcomes;
}

/** What {@link deniedToOthers} gives. */
export const DENIED_TO_OTHERS = {
  anonymous: 'UNAUTHENTICATED',
  person: 'FORBIDDEN',
  owner: 'FORBIDDEN',
  admin: 'FORBIDDEN',
  adminProgram: 'FORBIDDEN',
  withoutPermission: 'FORBIDDEN',
  withoutRole: 'FORBIDDEN',
  ofAnotherNetwork: 'FORBIDDEN',
  notTrusted: 'FORBIDDEN',
  withoutClient: 'FORBIDDEN',
};
