import { requireSession, type Actor } from '../../auth/actor.js';
import type { Caller } from '../../auth/caller.js';
import { callerNetwork } from '../../auth/limits/address.js';
import { newFlow, type OAuthProvider, type OAuthProviderName } from '../../auth/oauth/index.js';
import { consumeOneTime, issueOneTime, type OneTimeSecret } from '../../auth/one-time.store.js';
import { equalSecrets, hashSecret } from '../../auth/secrets.js';
import type { AuthServices } from '../../auth/services.js';
import { AppError, badInput } from '../../shared/errors.js';

/** What a round trip through a provider is for. It can not become another one on its way. */
export type FlowIntent = 'SIGN_IN' | 'LINK' | 'REAUTHENTICATE';

/** How long the round trip may take, in milliseconds. */
const FLOW_TIME = 10 * 60_000;

/** States are 43 characters; longer ones are not ours, and are not hashed. */
const MAX_STATE = 100;

const MAX_RETURN_TO = 2_000;

interface FlowData {
  provider: OAuthProviderName;
  intent: FlowIntent;
  /** An absolute address of this service. */
  returnTo: string;
  /** The hash of what the browser's cookie holds. */
  challengeHash: string;
}

export interface StartedFlow {
  /** Where to send the browser. */
  authorizationUrl: string;
  /** Set-Cookie headers for the answer. */
  setCookies: string[];
}

export interface TakenFlow {
  client: OAuthProvider;
  intent: FlowIntent;
  returnTo: string;
  codeVerifier: string;
}

/** The client of a provider. @throws AppError NOT_FOUND where it is not set up */
function clientOf({ providers }: Pick<AuthServices, 'providers'>, provider: OAuthProviderName): OAuthProvider {
  const client = providers.get(provider);
  if (client === undefined) throw new AppError('NOT_FOUND', 'This way of signing in is not set up here.');
  return client;
}

/**
 * Where the browser goes in the end: a path of this service, and nothing that a browser could take for another address.
 * @returns the absolute address
 * @throws AppError BAD_USER_INPUT
 */
export function checkReturnTo(publicUrl: string, returnTo: string): string {
  const isPath = returnTo.length <= MAX_RETURN_TO && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(returnTo);
  if (isPath && URL.canParse(returnTo, publicUrl)) {
    const address = new URL(returnTo, publicUrl);
    if (address.origin === new URL(publicUrl).origin) return address.href;
  }
  throw badInput('"returnTo" is a path of this service: it begins with one "/".');
}

/** The cookie that holds the verifier of one flow: each flow has its own, so that several tabs can be under way. */
const flowCookie = ({ cookies }: Pick<AuthServices, 'cookies'>, state: string): string =>
  cookies.name('oauth', hashSecret(state).toString('hex').slice(0, 12));

/** A Set-Cookie header that removes the cookie of a flow. */
export const forgetFlow = (auth: Pick<AuthServices, 'cookies'>, state: string): string =>
  auth.cookies.clear(flowCookie(auth, state));

/**
 * Begins a round trip through a provider. Its `state` is good once; the browser is bound by a cookie whose value is the PKCE
 * verifier, of which only the hash is kept. All but sign-ins are bound to the caller's session too.
 * @throws AppError NOT_FOUND, BAD_USER_INPUT, RATE_LIMITED
 */
export async function startFlow(
  auth: AuthServices,
  caller: Caller,
  input: { provider: OAuthProviderName; intent: FlowIntent; returnTo?: string | null },
): Promise<StartedFlow> {
  const { provider, intent } = input;
  const client = clientOf(auth, provider);
  const returnTo = checkReturnTo(auth.publicUrl, input.returnTo ?? '/');
  await auth.limits.take({ limit: 'startAddress', key: callerNetwork(caller.address ?? '') });
  const { state, codeVerifier } = newFlow();
  const challengeHash = hashSecret(codeVerifier).toString('base64url');
  const data: FlowData = { provider, intent, returnTo, challengeHash };
  const expiresAt = new Date(caller.now.getTime() + FLOW_TIME);
  const binding = intent === 'SIGN_IN' ? {} : sessionOf(requireSession(caller.actor));
  await issueOneTime(auth.db, { secret: state, purpose: 'OAUTH_FLOW', ...binding, data: { ...data }, expiresAt });
  return {
    authorizationUrl: client.authorizationUrl({ state, codeVerifier }).href,
    setCookies: [auth.cookies.set(flowCookie(auth, state), codeVerifier, expiresAt)],
  };
}

/**
 * Takes up a flow that comes back, whoever may have sent the browser here: this very browser began it, at this provider, not
 * long ago, and it was not taken up before.
 * @throws AppError BAD_USER_INPUT, FORBIDDEN
 */
export async function takeFlow(
  auth: AuthServices,
  caller: Caller,
  callback: { provider: OAuthProviderName; state: string | null; issuer: string | null },
): Promise<TakenFlow> {
  const { provider, state, issuer } = callback;
  const client = clientOf(auth, provider);
  if (state === null || state.length > MAX_STATE) throw notBegunHere(auth);
  // Before anything is used up: whoever learns a state can not end the flow of another browser.
  const given = auth.cookies.read(caller.cookies ?? undefined, flowCookie(auth, state));
  const [codeVerifier] = given;
  if (codeVerifier === undefined || given.length > 1) throw notBegunHere(auth);
  const flow = await consumeOneTime(auth.db, 'OAUTH_FLOW', state);
  if (flow === null) throw badInput('This was finished before, or took too long. Start again.');
  const { intent, returnTo, challengeHash, ...begun } = flow.data as unknown as FlowData;
  if (!equalSecrets(hashSecret(codeVerifier).toString('base64url'), challengeHash)) throw notBegunHere(auth);
  if (flow.expiresAt <= caller.now) throw badInput('This took longer than 10 minutes. Start again.');
  if (begun.provider !== provider || !client.acceptsIssuer(issuer)) {
    throw badInput('The answer does not come from where the question went. Start again.');
  }
  if (intent !== 'SIGN_IN' && !isOfSession(flow, caller.actor)) {
    throw new AppError('FORBIDDEN', 'This was begun in another session than the one of this browser. Start again.');
  }
  return { client, intent, returnTo, codeVerifier };
}

const notBegunHere = ({ publicUrl }: Pick<AuthServices, 'publicUrl'>) =>
  badInput(`This was not begun in this browser, or was finished before. Start again, at ${publicUrl}.`);

const sessionOf = ({ user, credential }: ReturnType<typeof requireSession>) => ({
  userId: Number(user.id),
  sessionId: Number(credential.id),
});

/** Whether a one-time secret was handed out in the very session that an actor has. */
export function isOfSession({ userId, sessionId }: Pick<OneTimeSecret, 'userId' | 'sessionId'>, actor: Actor): boolean {
  if (actor.kind === 'ANONYMOUS' || actor.credential.kind !== 'SESSION') return false;
  const own = sessionOf(actor);
  return own.userId === userId && own.sessionId === sessionId;
}
