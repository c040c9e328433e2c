import {
  ClaimIrcLinkDocument,
  OfferIrcLinkDocument,
  PersonForIrcDocument,
  VoidIrcLinkDocument,
} from '../generated/documents.js';
import { Refusal } from '../service/refusal.js';
import type { Service } from '../service/service.js';
import type { Command } from './command.js';

/** A code as the service writes it, alone or behind the word; and whatever stands behind the command. */
const SPOKEN = [
  /^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$/i,
  /\blink\s+([0-9A-Z]{4}-[0-9A-Z]{4})\b/i,
  /^\s*!{1,2}link\s+(\S+)/i,
];

/** The link code that somebody said for all to read; null where there is none. */
export const spokenCode = (text: string): string | null =>
  SPOKEN.map((pattern) => pattern.exec(text)?.[1]).find((code) => code !== undefined) ?? null;

/** Ends a code that was said in public. @throws ServiceError, Refusal */
export async function voidCode(service: Service, network: string, code: string): Promise<void> {
  await service.ask(VoidIrcLinkDocument, { input: { code, network } });
}

/** `link <code>`: claims a code of the web account. `link` alone: an address where somebody who is signed in on the web accepts the link. */
export const link: Command = {
  names: ['link'],
  usage: '[code]',
  summary: 'Links your account with the services of this network to your account here. In private only.',
  async run(call) {
    const { network, nick, channel } = call.asker;
    if (channel !== null) throw new Refusal('Say that to me in private.');
    const [code] = call.words;
    const proven = await call.proven();
    const account = { ...proven, network, nick };
    if (code !== undefined) {
      const { claimIrcLink } = await call.ask(ClaimIrcLinkDocument, {
        input: { ...account, code: call.words.join(' ') },
      });
      const errors = claimIrcLink?.userErrors ?? [];
      return errors.length > 0 ? errors.map(({ message }) => message) : [claimIrcLink!.message];
    }
    const { offerIrcLink } = await call.ask(OfferIrcLinkDocument, { input: account });
    const errors = offerIrcLink?.userErrors ?? [];
    if (errors.length > 0) return errors.map(({ message }) => message);
    return [
      `Open this within 10 minutes, signed in to your account here, to link ${proven.account} (${proven.accountId}) to it: ${offerIrcLink!.url}`,
      'Give the address to nobody: whoever confirms it has your IRC account linked to theirs.',
    ];
  },
};

export const whoAmI: Command = {
  names: ['whoami'],
  usage: '',
  summary: 'Says who you are here, and what the bot may do for you.',
  async run(call) {
    const { viewer } = await call.act(PersonForIrcDocument, {});
    const { account, accountId } = await call.proven();
    const may = viewer!.permissions;
    return [
      `${account} (${accountId}) on ${call.asker.network} is ${viewer!.user.handle} here.`,
      `I may do for you: ${may.length === 0 ? 'nothing' : may.join(', ')}. You set that at ${call.url}/account`,
    ];
  },
};
