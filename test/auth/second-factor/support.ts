import {
  registrationOptions,
  signInOptions,
  verifyRegistration,
  verifySignIn,
  type PasskeyCredential,
  type RelyingParty,
} from '../../../src/auth/second-factor/passkeys.js';
import { SoftAuthenticator, type Algorithm, type Misbehaviour } from '../../support/authenticator.js';

export const USER = { id: '42', handle: 'steve' };

/** One site with its open challenges, each of which is good once. */
export class Site {
  private readonly challenges = new Set<string>();

  constructor(readonly rp: RelyingParty) {}

  readonly isChallenge = async (challenge: string) => this.challenges.delete(challenge);

  async registrationOptions(user = USER, known: PasskeyCredential[] = []) {
    const { options, challenge } = await registrationOptions({ rp: this.rp, user, known });
    this.challenges.add(challenge);
    return options;
  }

  async signInOptions(allow?: PasskeyCredential[]) {
    const { options, challenge } = await signInOptions({ rp: this.rp, allow });
    this.challenges.add(challenge);
    return options;
  }

  verifyRegistration = (response: unknown) =>
    verifyRegistration({ rp: this.rp, response, isChallenge: this.isChallenge });

  verifySignIn = (response: unknown, credential: PasskeyCredential) =>
    verifySignIn({ rp: this.rp, response, credential, isChallenge: this.isChallenge });
}

/** An authenticator with a passkey at the site. */
export async function registered(site: Site, options: { algorithm?: Algorithm; wrong?: Misbehaviour } = {}) {
  const authenticator = new SoftAuthenticator({
    origin: site.rp.origin,
    rpId: site.rp.id,
    algorithm: options.algorithm,
  });
  const response = authenticator.create(await site.registrationOptions(), options.wrong);
  const credential = await site.verifyRegistration(response);
  if (credential === null) throw new Error('The passkey was not taken.');
  return { authenticator, credential };
}
