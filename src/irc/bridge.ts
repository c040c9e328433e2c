import { setTimeout as sleep } from 'node:timers/promises';
import { ResponseBodyError } from 'openid-client';
import type { Logger } from 'pino';
import { AppError } from '../shared/errors.js';
import { Announcer } from './announcements/announcer.js';
import { BotForIrcDocument } from './generated/documents.js';
import { Listener } from './listener.js';
import { IrcConnection, type ClientCertificate } from './network/connection.js';
import { Service, ServiceError } from './service/service.js';
import { Tokens, type ClientKey } from './service/tokens.js';
import type { NetworkSettings } from './settings.js';

export interface BridgeInput {
  networks: readonly NetworkSettings[];
  client: ClientKey;
  certificate: ClientCertificate | null;
  /** Where the service is reached, without a slash at its end. */
  serviceUrl: string;
  /** Where it is kept what channels are told of. */
  channelsFile: string;
  log: Logger;
}

/** The bridge while it runs. */
export interface Bridge {
  /** The bot's handle, which history names for what came through it. */
  readonly handle: string;
  readonly connections: readonly IrcConnection[];
  /** Leaves all networks. */
  stop(): void;
}

/** How long to wait before the service is asked again that did not answer, in milliseconds. */
const PAUSE = 5_000;

/**
 * Takes the bot to its networks, once the service answers.
 * @throws AppError FORBIDDEN where the service does not take its key, BAD_USER_INPUT that names a file which can't be used
 */
export async function startBridge(input: BridgeInput): Promise<Bridge> {
  const { networks, client, certificate, serviceUrl, channelsFile, log } = input;
  const { service, handle } = await reach(serviceUrl, client, log);
  const announcer = new Announcer({
    service,
    file: channelsFile,
    log,
    say: (network, channel, line) => void connections.find(({ name }) => name === network)?.say(channel, line),
  });
  const listener = new Listener({ service, channels: announcer.channels, log });
  const connections = networks.map((settings): IrcConnection => {
    const connection: IrcConnection = new IrcConnection({
      settings,
      nick: settings.nick ?? handle,
      certificate,
      log,
      onMessage: (message) => void listener.hear(connection, message),
    });
    return connection;
  });
  await announcer.start();
  for (const connection of connections) connection.connect();
  return {
    handle,
    connections,
    stop() {
      announcer.stop();
      for (const connection of connections) connection.stop();
    },
  };
}

/**
 * The service, with the handle by which it knows the bot. A service that does not answer yet is waited for.
 * @throws AppError FORBIDDEN
 */
async function reach(url: string, client: ClientKey, log: Logger): Promise<{ service: Service; handle: string }> {
  for (;;) {
    try {
      const service = new Service(url, await Tokens.open(url, client), log);
      const { viewer } = await service.ask(BotForIrcDocument, {});
      return { service, handle: viewer!.user.handle };
    } catch (error) {
      if (error instanceof ResponseBodyError || error instanceof ServiceError) {
        throw new AppError(
          'FORBIDDEN',
          `The service at ${url} refuses the bot: ${error.message}`,
          {},
          { cause: error },
        );
      }
      log.warn({ err: error as Error }, `The service at ${url} does not answer yet; asking again.`);
      await sleep(PAUSE);
    }
  }
}
