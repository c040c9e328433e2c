import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireSession } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { isPermission } from '../../auth/permissions.js';
import { accountOverview } from '../../modules/accounts/overview.service.js';
import { changePassword } from '../../modules/accounts/password.service.js';
import { revokeClientAccess } from '../../modules/clients/authorizations.service.js';
import { allowActing } from '../../modules/identities/acting.service.js';
import { linkableNetworks, startIrcLink } from '../../modules/identities/irc-link.service.js';
import { confirmIdentity, unlinkIdentity } from '../../modules/identities/link.service.js';
import { startIdentityLink } from '../../modules/identities/start-flow.service.js';
import { removePasskey } from '../../modules/second-factors/passkeys.service.js';
import { createRecoveryCodes } from '../../modules/second-factors/recovery-codes.service.js';
import { revokeOtherSessions, revokeSession } from '../../modules/sessions/sessions.service.js';
import { parameterOf, type Query } from '../visitor.js';
import { accountPage, recoveryCodesPage, type AccountPageInput } from './account-view.js';
import { AGAIN, attempt, NO_HEAD, type AccountDoor } from './door.js';
import { sendFormPage } from './form-page.js';
import { fieldOf, fieldsOf, valuesOf } from './forms.js';
import { linkCodePage } from './irc-view.js';
import { providerIn, providerOrigins } from './providers.js';

/** What the page says once something was done, by the word for it in its address. */
const DONE: ReadonlyMap<string | null, string> = new Map([
  ['confirmed', 'It counts as a way in from now on.'],
  ['unlinked', 'It is no way in any more.'],
  ['linked', 'Linked: you can sign in with it from now on.'],
  ['irc', 'The IRC account is linked. What bots may do for you there is said beside it.'],
  ['acting', 'Saved: bots may do that for you, and nothing else.'],
  ['passkey', 'The passkey is added.'],
  ['passkey-removed', 'The passkey is removed.'],
  ['session', 'The session has ended.'],
  ['sessions', 'All other sessions have ended.'],
  ['withdrawn', 'The application has no access any more.'],
  ['password', 'The password is set. All other sessions and API tokens have ended.'],
]);

/** What a form does to the account. @returns what to say of it, and Set-Cookie headers */
type Action = (caller: Caller, request: FastifyRequest) => Promise<{ done: string; setCookies?: string[] }>;

/** Mounts the page of the account, and what its forms do. */
export function mountAccountActions(app: FastifyInstance, door: AccountDoor): void {
  const { auth } = door;

  app.get('/account', NO_HEAD, async (request, reply) => {
    const done = DONE.get(parameterOf(request.query as Query, 'done'));
    return sendAccount(reply, door, await door.callerOf(request), { done });
  });

  app.post('/account/identities/link', async (request, reply) => {
    const provider = providerIn(request);
    const caller = await door.callerOf(request);
    const input = { provider, returnTo: '/account?done=linked' };
    const outcome = await attempt(() => startIdentityLink(auth, caller, input));
    if ('problems' in outcome) return sendAccount(reply.code(AGAIN), door, caller, outcome);
    return reply.header('set-cookie', outcome.done.setCookies).redirect(outcome.done.authorizationUrl, 303);
  });

  app.post('/account/identities/irc', async (request, reply) => {
    const caller = await door.callerOf(request);
    const outcome = await attempt(() => startIrcLink(auth, caller, fieldsOf(request, ['network'])));
    if ('problems' in outcome) return sendAccount(reply.code(AGAIN), door, caller, outcome);
    return sendFormPage(reply, linkCodePage(outcome.done));
  });

  app.post('/account/recovery-codes', async (request, reply) =>
    sendFormPage(reply, recoveryCodesPage(await createRecoveryCodes(auth, await door.callerOf(request)))),
  );

  for (const [path, action] of Object.entries(actionsOf(door))) {
    app.post(path, async (request, reply) => {
      const caller = await door.callerOf(request);
      const outcome = await attempt(() => action(caller, request));
      if ('problems' in outcome) return sendAccount(reply.code(AGAIN), door, caller, outcome);
      const { done, setCookies = [] } = outcome.done;
      if (setCookies.length > 0) void reply.header('set-cookie', setCookies);
      return reply.redirect(`/account?done=${done}`, 303);
    });
  }
}

const actionsOf = ({ auth }: AccountDoor): Record<string, Action> => ({
  async '/account/identities/confirm'(caller, request) {
    await confirmIdentity(auth, caller, keyIn(request));
    return { done: 'confirmed' };
  },
  async '/account/identities/unlink'(caller, request) {
    await unlinkIdentity(auth, caller, keyIn(request));
    return { done: 'unlinked' };
  },
  async '/account/identities/acting'(caller, request) {
    const permissions = valuesOf(request, 'permission').filter(isPermission);
    await allowActing(auth, caller, { identityId: keyIn(request), permissions });
    return { done: 'acting' };
  },
  async '/account/passkeys/remove'(caller, request) {
    await removePasskey(auth, caller, keyIn(request));
    return { done: 'passkey-removed' };
  },
  async '/account/sessions/end'(caller, request) {
    const own = await revokeSession(auth, caller, keyIn(request));
    return { done: 'session', setCookies: own ? [auth.cookies.clear(auth.cookies.name('session'))] : [] };
  },
  async '/account/sessions/end-others'(caller) {
    await revokeOtherSessions(auth, caller);
    return { done: 'sessions' };
  },
  async '/account/applications/withdraw'(caller, request) {
    await revokeClientAccess(auth, caller, keyIn(request));
    return { done: 'withdrawn' };
  },
  async '/account/password'(caller, request) {
    const { setCookies } = await changePassword(auth, caller, fieldsOf(request, ['current', 'new']));
    return { done: 'password', setCookies };
  },
});

/** The key that a form names; 0, which nothing has, for what is none. */
function keyIn(request: FastifyRequest): number {
  const text = fieldOf(request, 'id') ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}

async function sendAccount(
  reply: FastifyReply,
  { auth }: AccountDoor,
  caller: Caller,
  outcome: Pick<AccountPageInput, 'done' | 'problems'>,
): Promise<FastifyReply> {
  const actor = requireSession(caller.actor);
  const { now } = caller;
  const [overview, networks] = await Promise.all([accountOverview(auth.db, actor, now), linkableNetworks(auth, now)]);
  const page = accountPage({ actor, now, overview, networks, providers: [...auth.providers.values()], ...outcome });
  return sendFormPage(reply, page, providerOrigins(auth));
}
