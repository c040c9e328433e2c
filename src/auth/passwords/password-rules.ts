import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Characters; NIST SP 800-63B asks for 8 at least. */
export const MIN_LENGTH = 10;

/** Bytes in UTF-8: more is refused before anything is computed. */
export const MAX_BYTES = 256;

/** How much of a long password is estimated: what follows can only make it better. */
const ESTIMATED_LENGTH = 64;

/** zxcvbn's score from 0 to 4; 2 withstands some 10^8 guesses. */
const MIN_SCORE = 2;

export interface PasswordFault {
  code: 'WEAK_PASSWORD' | 'BREACHED_PASSWORD';
  message: string;
}

/** Whether a password can be one at all: longer ones are not even compared. */
export const isPossiblePassword = (password: string): boolean => Buffer.byteLength(password) <= MAX_BYTES;

// The list of 49,000 passwords from leaks takes some megabytes: loaded when the first password is chosen.
let estimator: Promise<{ estimate: ZxcvbnFactory; leaked: ReadonlySet<string> }> | undefined;

async function load() {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return {
    estimate: new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs }),
    leaked: new Set(common.dictionary['passwords-common']),
  };
}

/**
 * Why a password may not be chosen; null where it may. Asks nobody: the list of leaked passwords is part of the service.
 * @param handle the account's name, which the password may not lean on
 */
export async function passwordFault(password: string, handle: string): Promise<PasswordFault | null> {
  if (!isPossiblePassword(password)) {
    return weak(`A password may have ${MAX_BYTES} bytes at most.`);
  }
  if ([...password].length < MIN_LENGTH) return weak(`A password needs ${MIN_LENGTH} characters at least.`);
  const { estimate, leaked } = await (estimator ??= load());
  if (leaked.has(password.toLowerCase())) {
    return { code: 'BREACHED_PASSWORD', message: 'This password is on the lists that attackers try first.' };
  }
  const { score } = estimate.check(password.slice(0, ESTIMATED_LENGTH), [handle, 'minecraft', 'forge', 'mcp']);
  if (score < MIN_SCORE) return weak('This password is easily guessed. Take something longer, e.g. four random words.');
  return null;
}

const weak = (message: string): PasswordFault => ({ code: 'WEAK_PASSWORD', message });
