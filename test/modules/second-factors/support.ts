import { decodeBase32 } from '@oslojs/encoding';
import { generateHOTP } from '@oslojs/otp';
import { vi } from 'vitest';
import { SoftAuthenticator, type Misbehaviour } from '../../support/authenticator.js';
import { outcomeOf, type TestClient } from '../../support/client.js';
import { forgetPresence, programOf, signUp, type Person } from '../../support/people.js';
import type { TestService } from '../../support/service.js';

const ERRORS = 'userErrors { code message path }';
const SIGNED_IN = `viewer { user { handle } } secondFactor { challenge methods } ${ERRORS}`;

export const START_TOTP = `mutation { startTotp { secret uri ${ERRORS} } }`;
export const CONFIRM_TOTP = `mutation ($input: CodeInput!) {
  confirmTotp(input: $input) { viewer { hasTotp recoveryCodesLeft sessions { id } } recoveryCodes ${ERRORS} }
}`;
export const DISABLE_TOTP = `mutation { disableTotp { viewer { hasTotp recoveryCodesLeft } ${ERRORS} } }`;
export const CREATE_CODES = `mutation { createRecoveryCodes { recoveryCodes ${ERRORS} } }`;
export const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { ${SIGNED_IN} } }`;
export const COMPLETE = `mutation ($input: CompleteSignInInput!) { completeSignIn(input: $input) { ${SIGNED_IN} } }`;
export const RECOVER = `mutation ($input: RecoverAccountInput!) { recoverAccount(input: $input) { ${SIGNED_IN} } }`;
export const REAUTHENTICATE = `mutation ($input: ReauthenticateInput!) {
  reauthenticate(input: $input) { viewer { credential { provenUntil } } ${ERRORS} }
}`;
export const START_REGISTRATION = `mutation { startPasskeyRegistration { options ${ERRORS} } }`;
export const FINISH_REGISTRATION = `mutation ($input: FinishPasskeyRegistrationInput!) {
  finishPasskeyRegistration(input: $input) { viewer { passkeys { id } } passkey { id name createdAt lastUsedAt } recoveryCodes ${ERRORS} }
}`;
export const REMOVE_PASSKEY = `mutation ($input: NodeInput!) { removePasskey(input: $input) { viewer { passkeys { id } } ${ERRORS} } }`;
export const START_PASSKEY_SIGN_IN = `mutation { startPasskeySignIn { options ${ERRORS} } }`;
export const PASSKEY_SIGN_IN = `mutation ($input: PasskeyResponseInput!) { signInWithPasskey(input: $input) { ${SIGNED_IN} } }`;
export const START_PASSKEY_REAUTHENTICATION = `mutation { startPasskeyReauthentication { options ${ERRORS} } }`;
export const PASSKEY_REAUTHENTICATION = `mutation ($input: PasskeyResponseInput!) {
  reauthenticateWithPasskey(input: $input) { viewer { credential { provenUntil } } ${ERRORS} }
}`;
export const VIEWER = `{ viewer { user { handle } hasTotp recoveryCodesLeft passkeys { id name lastUsedAt } identities { provider state } } }`;

/** Stops the clock in the middle of a 30-second step, from where nextStep moves it on. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Math.floor(Date.now() / 30_000) * 30_000 + 15_000);
}

/** Moves the stopped clock on to the next code of every authenticator app. */
export const nextStep = (steps = 1): unknown => vi.setSystemTime(Date.now() + steps * 30_000);

/** What the authenticator app with a key shows now. @param offset steps that its clock is ahead */
export const codeOf = (secret: string, offset = 0): string =>
  generateHOTP(decodeBase32(secret), BigInt(Math.floor(Date.now() / 30_000) + offset), 6);

/** A code that the app does not show within minutes. */
export function wrongCode(secret: string): string {
  const near = new Set(Array.from({ length: 41 }, (_, i) => codeOf(secret, i - 20)));
  return ['000000', '111111', '222222', '333333'].find((code) => !near.has(code))!;
}

/** Turns the authenticator app on; the code of now is used up by it. */
export async function enableTotp(person: TestClient): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { startTotp } = await person.query(START_TOTP);
  const { confirmTotp } = await person.query(CONFIRM_TOTP, { input: { code: codeOf(startTotp.secret) } });
  if (confirmTotp.viewer === null) throw new Error(JSON.stringify(confirmTotp));
  return { secret: startTotp.secret, recoveryCodes: confirmTotp.recoveryCodes };
}

/** A browser with an authenticator, at the address that services of tests have. */
export const newAuthenticator = (origin = 'http://localhost:4000'): SoftAuthenticator =>
  new SoftAuthenticator({ origin, rpId: new URL(origin).hostname });

/** Makes a passkey and adds it to the account. */
export async function addPasskey(
  person: TestClient,
  authenticator: SoftAuthenticator,
  name = 'my key',
): Promise<{ id: string; recoveryCodes: string[] | null }> {
  const { startPasskeyRegistration } = await person.query(START_REGISTRATION);
  const response = authenticator.create(startPasskeyRegistration.options);
  const { finishPasskeyRegistration: made } = await person.query(FINISH_REGISTRATION, { input: { name, response } });
  if (made.passkey === null) throw new Error(JSON.stringify(made));
  return { id: made.passkey.id, recoveryCodes: made.recoveryCodes };
}

/** Signs in by passkey. @returns what became of it */
export async function passkeySignIn(
  client: TestClient,
  authenticator: SoftAuthenticator,
  wrong: Misbehaviour = {},
): Promise<string> {
  const { startPasskeySignIn } = await client.query(START_PASSKEY_SIGN_IN);
  const response = authenticator.get(startPasskeySignIn.options, wrong);
  return outcomeOf(await client.send(PASSKEY_SIGN_IN, { input: { response } }));
}

/** Gets past the password. @returns the challenge */
export async function challengeFor(client: TestClient, { handle, password }: Person): Promise<string> {
  const { signIn } = await client.query(SIGN_IN, { input: { handle, password } });
  return signIn.secondFactor.challenge;
}

export const NEW_PASSWORD = 'what I will never forget';

/** Somebody with recovery codes. */
export async function prepared(service: TestService): Promise<{ person: Person; codes: string[] }> {
  const person = await signUp(service);
  return { person, codes: (await person.query(CREATE_CODES)).createRecoveryCodes.recoveryCodes };
}

interface Recovery {
  handle: string;
  recoveryCode: string;
  newPassword?: string;
  secondFactor?: string;
}

/** What became of a recovery, with where in the input it was wrong. */
export async function recover(client: TestClient, input: Recovery): Promise<string> {
  const answer = await client.send(RECOVER, { input: { newPassword: NEW_PASSWORD, ...input } });
  return `${outcomeOf(answer)} ${String(answer.data?.recoverAccount?.userErrors[0]?.path ?? '')}`.trim();
}

/** Everything that second factors are made of, and how many sessions there are: for showing that nothing changed. */
export async function stateOf({ db }: TestService): Promise<string> {
  const of = (table: string, columns = '*') =>
    db.query(`SELECT ${columns} FROM ${table} ORDER BY ${table === 'recovery_codes' ? 'hash' : '1'}`);
  const rows = [
    await of('totp'),
    await of('recovery_codes'),
    await of('passkeys'),
    await of('passwords'),
    await of('identities', 'id, user_id, state'),
    await of('one_time_secrets', 'hash, purpose, attempts'),
    await of('sessions', 'id, hash, proven_at'),
    await of('api_tokens', 'id, hash'),
  ];
  return JSON.stringify(rows);
}

/** Callers who may not do what takes a person in front of a browser. */
export async function denials(
  service: TestService,
  document: string,
  variables: Record<string, unknown> = {},
): Promise<Record<'anonymous' | 'token' | 'bot' | 'stale', string>> {
  const person = await signUp(service);
  const bots = await service.db.query<{ id: number }>(
    `INSERT INTO users (handle, handle_key, handle_skeleton, is_bot, owner_id) VALUES ($1, $1, $1, true, $2) RETURNING id`,
    [`bot-of-${person.userId}`, person.userId],
  );
  const program = await programOf(service, person);
  const bot = await programOf(service, { userId: bots[0]!.id });
  const before = await stateOf(service);
  const reasonOf = async (client: TestClient) => {
    const answer = await client.send(document, variables);
    const reason = answer.errors?.[0]?.extensions.reason as string | undefined;
    return `${outcomeOf(answer)} ${reason ?? ''}`.trim();
  };
  const table = {
    anonymous: await reasonOf(service.client()),
    token: await reasonOf(program),
    bot: await reasonOf(bot),
    stale: '',
  };
  if ((await stateOf(service)) !== before) throw new Error('A refused call changed something.');
  await forgetPresence(service, person);
  const stale = await stateOf(service);
  table.stale = await reasonOf(person);
  if (table.stale !== 'OK' && (await stateOf(service)) !== stale) throw new Error('A refused call changed something.');
  return table;
}

/** What {@link denials} finds of whatever takes a session whose person has just proven presence. */
export const PRESENCE_ONLY = {
  anonymous: 'UNAUTHENTICATED',
  token: 'FORBIDDEN SESSION_REQUIRED',
  bot: 'FORBIDDEN SESSION_REQUIRED',
  stale: 'FORBIDDEN REAUTHENTICATION_REQUIRED',
};

/** The actions that the account's own audit log tells, newest first. */
export async function actionsOf(client: TestClient): Promise<string[]> {
  const { viewer } = await client.query(`{ viewer { auditEvents(first: 50) { nodes { action } } } }`);
  return viewer.auditEvents.nodes.map(({ action }: { action: string }) => action);
}
