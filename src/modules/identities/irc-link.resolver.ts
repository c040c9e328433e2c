import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Permission } from '../../auth/permissions.js';
import type { AuthServices } from '../../auth/services.js';
import { callerOf, type Context } from '../../graphql/context.js';
import { Authenticated, Requires } from '../../graphql/directives/index.js';
import { CodeInput } from '../../graphql/inputs.js';
import { LinkCodePayload } from '../accounts/account.types.js';
import { viewerOf } from '../accounts/viewer.resolver.js';
import { ViewerPayload, type ViewerRow } from '../accounts/viewer.types.js';
import { DonePayload, payload } from '../user-errors/payload.types.js';
import { claimIrcLink, startIrcLink, voidIrcLink } from './irc-link.service.js';
import {
  ClaimIrcLinkInput,
  ClaimIrcLinkPayload,
  OfferIrcLinkInput,
  OfferIrcLinkPayload,
  StartIrcLinkInput,
  VoidIrcLinkInput,
} from './irc-link.types.js';
import { acceptIrcLink, offerIrcLink } from './irc-offer.service.js';

type CodeFields = Pick<LinkCodePayload, 'code' | 'expiresAt' | 'instructions'>;
type OfferFields = Pick<OfferIrcLinkPayload, 'url' | 'expiresAt'>;

const NO_CODE: CodeFields = { code: null, expiresAt: null, instructions: null };
const NOT_CLAIMED: Pick<ClaimIrcLinkPayload, 'accepted' | 'message'> = {
  accepted: false,
  message: 'Nothing was linked.',
};
const NO_OFFER: OfferFields = { url: null, expiresAt: null };
const NO_VIEWER: { viewer: ViewerRow | null } = { viewer: null };

/** Linking accounts of IRC networks: begun on the web by a code, or on IRC by an address. */
@Resolver()
export class IrcLinkMutations {
  constructor(private readonly auth: AuthServices) {}

  @Mutation(() => LinkCodePayload, {
    nullable: true,
    description:
      'A code to say in private to the bot of an IRC network, good once, for 10 minutes: the account there then waits for `confirmIdentityLink`. An earlier code for that network counts no more. Presence must have been proven.',
  })
  @Authenticated()
  startIrcLink(
    @Arg('input', () => StartIrcLinkInput, { description: 'On which network.' }) input: StartIrcLinkInput,
    @Ctx() context: Context,
  ) {
    return payload<CodeFields>(() => startIrcLink(this.auth, callerOf(context), input), NO_CODE);
  }

  @Mutation(() => ClaimIrcLinkPayload, {
    nullable: true,
    description:
      'Tells which IRC account said a code. It waits for the word of whoever took the code, unless it is linked to them already. For the bot of the network, as itself.',
  })
  @Requires(Permission.IRC_VERIFY)
  claimIrcLink(
    @Arg('input', () => ClaimIrcLinkInput, { description: 'The code, and who said it.' }) input: ClaimIrcLinkInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => ({ accepted: true, message: await claimIrcLink(this.auth, callerOf(context), input) }),
      NOT_CLAIMED,
    );
  }

  @Mutation(() => DonePayload, {
    nullable: true,
    description:
      'Ends a code that was said for all to read; it is done too where there is no such code. For the bot of the network, as itself.',
  })
  @Requires(Permission.IRC_VERIFY)
  voidIrcLink(
    @Arg('input', () => VoidIrcLinkInput, { description: 'The code, and where it was said.' }) input: VoidIrcLinkInput,
    @Ctx() context: Context,
  ) {
    return payload(
      async () => {
        await voidIrcLink(this.auth, callerOf(context), input);
        return { ok: true };
      },
      { ok: false },
    );
  }

  @Mutation(() => OfferIrcLinkPayload, {
    nullable: true,
    description:
      'An address for somebody on IRC who asks to be linked, good once, for 10 minutes: whoever is signed in accepts the link there. An earlier one for that IRC account counts no more. For the bot of the network, as itself.',
  })
  @Requires(Permission.IRC_VERIFY)
  offerIrcLink(
    @Arg('input', () => OfferIrcLinkInput, { description: 'Who asks.' }) input: OfferIrcLinkInput,
    @Ctx() context: Context,
  ) {
    return payload<OfferFields>(() => offerIrcLink(this.auth, callerOf(context), input), NO_OFFER);
  }

  @Mutation(() => ViewerPayload, {
    nullable: true,
    description:
      'Links the IRC account of an address that the bot gave: it counts at once. A code is used up by any try. Presence must have been proven.',
  })
  @Authenticated()
  acceptIrcLink(
    @Arg('input', () => CodeInput, { description: 'The code of the address.' }) input: CodeInput,
    @Ctx() context: Context,
  ) {
    return payload(async () => {
      await acceptIrcLink(this.auth, callerOf(context), input);
      return { viewer: viewerOf(context) };
    }, NO_VIEWER);
  }
}
