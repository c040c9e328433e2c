/** How often something may be tried: `points` within `seconds`, counted from the first try. */
export interface Limit {
  points: number;
  seconds: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Every limit on tries, by what is counted and for whom. Successes are given back where only failures should count. */
export const LIMITS = {
  /** Failed passwords and codes from one network address, whomever they were meant for. */
  signInAddress: { points: 30, seconds: 10 * MINUTE },
  /** Failed passwords for one account from browsers that it has not been signed in on before. */
  signInAccount: { points: 10, seconds: 15 * MINUTE },
  /** Failed passwords for one account from one browser that it has been signed in on: the owner's own way in stays open. */
  signInDevice: { points: 10, seconds: 15 * MINUTE },
  /** Wrong codes of a second factor for one account, over all of its sign-ins. */
  secondFactorAccount: { points: 20, seconds: HOUR },
  /** Failed recoveries of one account. */
  recoveryAccount: { points: 10, seconds: HOUR },
  signUpAddress: { points: 10, seconds: HOUR },
  /** Sign-ins through a provider and by passkey that were started from one address. */
  startAddress: { points: 60, seconds: 10 * MINUTE },
  /** Reported tokens from one address. */
  reportAddress: { points: 60, seconds: HOUR },
  /** Sign-ins to applications that were begun from one address. */
  authorizationAddress: { points: 300, seconds: 10 * MINUTE },
  /** Codes of devices that were typed in from one address. */
  deviceCodeAddress: { points: 30, seconds: 10 * MINUTE },
  /** Proofs of presence of one user that failed. */
  presenceUser: { points: 10, seconds: 15 * MINUTE },
  /** Codes to merge accounts, move identities or accept an IRC account that one user tried. */
  codeUser: { points: 10, seconds: HOUR },
  /** Changes that somebody proposed who holds no other role than the one that everyone has. */
  proposalsUser: { points: 300, seconds: HOUR },
  /** Changes that one user had checked without proposing them. */
  dryRuns: { points: 50_000, seconds: HOUR },
  /** Changes that somebody with a role proposed. */
  proposalsKnown: { points: 50_000, seconds: HOUR },
  /** Votes that somebody gave, changed or took back. */
  votes: { points: 600, seconds: HOUR },
  /** Comments that somebody wrote or edited. */
  comments: { points: 60, seconds: HOUR },
  /** Calls that somebody had made to try a webhook. */
  webhookPings: { points: 20, seconds: 10 * MINUTE },
  /** Codes to link an IRC account that one user took. */
  ircCodes: { points: 20, seconds: HOUR },
  /** Codes that somebody with one IRC account said, and that linked nothing. */
  ircClaims: { points: 10, seconds: HOUR },
  /** Addresses to link one IRC account at. */
  ircOffers: { points: 10, seconds: HOUR },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
