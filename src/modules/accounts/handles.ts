import { userError } from '../../shared/user-errors.js';

const FORMAT = /^[A-Za-z0-9](?:[A-Za-z0-9]|[_-](?=[A-Za-z0-9])){1,31}$/;

/** The forms in which a handle is kept: as written, as people sign in by it, and as it looks. */
export interface HandleKeys {
  handle: string;
  /** Lower case. */
  key: string;
  /** Equal for handles that are easily taken for one another: `O1d-Man`, `oldman`. */
  skeleton: string;
}

export const handleKey = (handle: string): string => handle.trim().toLowerCase();

/** The skeleton of a handle's key, in the sense of Unicode TS 39; handles are ASCII, so a few pairs are all there is. */
const skeletonOf = (key: string): string =>
  key.replace(/[_-]/g, '').replace(/0/g, 'o').replace(/[1i]/g, 'l').replace(/rn/g, 'm').replace(/vv/g, 'w');

export const handleKeys = (handle: string): HandleKeys => {
  const key = handleKey(handle);
  return { handle: handle.trim(), key, skeleton: skeletonOf(key) };
};

/** Names that others would trust: of offices, of this service, and of the services of IRC networks. */
const RESERVED = new Set(
  (
    'admin administrator root system sysadmin superuser operator owner staff team official moderator mod maintainer ' +
    'support help helpdesk info security abuse contact service server bot api graphql graphiql oidc oauth auth login ' +
    'signin signup signout account accounts settings viewer me self user users anonymous guest nobody everyone all null ' +
    'undefined none unknown deleted mcp mcpbot mcpwebservice forge minecraft mojang microsoft github discord irc nickserv chanserv ' +
    'memoserv operserv hostserv botserv global saslserv'
  )
    .split(' ')
    .map((name) => skeletonOf(name)),
);

/** Whether a handle is kept from people who sign up; the shell may give it out. */
export const isReservedHandle = ({ key, skeleton }: HandleKeys): boolean =>
  RESERVED.has(skeleton) || key.startsWith('deleted-');

/**
 * Checks the spelling of a handle: 2 to 32 letters and digits of ASCII, with single `_` or `-` between them.
 * @throws UserErrors INVALID_INPUT
 */
export function checkHandle(handle: string): HandleKeys {
  const keys = handleKeys(handle);
  if (FORMAT.test(keys.handle)) return keys;
  throw userError(
    'INVALID_INPUT',
    'A handle has 2 to 32 letters and digits (a-z, 0-9), with single "-" or "_" between them.',
    'handle',
  );
}

/** Handles to try for somebody whom a provider calls so: the name itself as far as it can be one, then numbered. */
export function* handlesFor(name: string): Generator<HandleKeys> {
  const plain = name
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 26)
    .replace(/-$/, '');
  // Too short, or such that a number would make it the pseudonym of an erased account.
  const isBase = plain.length >= 2 && !isReservedHandle(handleKeys(`${plain}-2`));
  const base = isBase ? plain : `modder-${plain}`.slice(0, 26).replace(/-$/, '');
  const first = handleKeys(base);
  if (!isReservedHandle(first)) yield first;
  for (let number = 2; number <= 1_000; number++) yield handleKeys(`${base}-${number}`);
}
