import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Channels } from './announcements/channels.js';
import type { Call, Proven } from './commands/command.js';
import type { IrcConnection, Message } from './network/connection.js';
import type { Pages } from './pages.js';
import { Refusal } from './service/refusal.js';
import type { Service } from './service/service.js';

export interface CallInput {
  connection: IrcConnection;
  service: Service;
  channels: Channels;
  pages: Pages;
  /** By what the rest of a long answer is kept. */
  reader: string;
  message: Message;
  words: readonly string[];
}

/** One command of one message: who gave it is found out at most once, and it is good for one token. */
export function openCall({ connection, service, channels, pages, reader, message, words }: CallInput): Call {
  const network = connection.name;
  const { nick, account, channel } = message;
  let proof: Promise<Proven> | undefined;
  let token: Promise<string> | undefined;
  const proven = () => (proof ??= prove(connection, message));
  return {
    asker: { network, nick, account, channel },
    words,
    url: service.publicUrl,
    channels,
    ask: (document, variables) => service.ask(document, variables),
    async act<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
      const speaker = await proven();
      token ??= tokenOf(service, network, speaker, message.id ?? randomUUID());
      return service.send(document, variables, await token);
    },
    proven,
    more: () => pages.next(reader),
    clearMore: () => pages.clear(reader),
  };
}

/**
 * Whom the services know the sender of a message as. The server says by which account this very message came; the services say which key
 * that account has. A nick proves nothing: it may be another's by now, who is another account then.
 */
async function prove(connection: IrcConnection, { nick, account }: Message): Promise<Proven> {
  const { name } = connection;
  if (!connection.vouches) {
    throw new Refusal(
      `The server of ${name} does not say by whose account a message came (IRCv3 account-tag). So nobody can be known here: I take no links and no changes, only questions.`,
    );
  }
  if (account === null) {
    throw new Refusal(
      `You are not logged in with the services of ${name}. Identify first: /msg NickServ IDENTIFY <account> <password>`,
    );
  }
  const verdict = await connection.accountOf(nick);
  if (verdict === 'SILENT') {
    throw new Refusal(
      `The services of ${name} do not answer, so I can not be sure who you are. Nothing was changed: try again later.`,
    );
  }
  if (verdict === null || verdict.name !== account) {
    throw new Refusal('Your account with the services has changed just now. Nothing was done: say it again.');
  }
  if (verdict.id === null) {
    throw new Refusal(
      `The services of ${name} do not tell the ids of accounts, and names change hands: nobody can be known here. Ask its staff for show_entity_id.`,
    );
  }
  return { account: verdict.name, accountId: verdict.id };
}

async function tokenOf(
  service: Service,
  network: string,
  { account, accountId }: Proven,
  messageId: string,
): Promise<string> {
  const answer = await service.tokenOf({ network, account, accountId, messageId });
  if ('token' in answer) return answer.token;
  throw new Refusal(
    `${account} on ${network} is nobody here: ${answer.refused}.`,
    `To link it, say to me in private: link — or take a code at ${service.publicUrl}/account and say: link <code>`,
  );
}
