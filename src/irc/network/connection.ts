import { Client, type ConnectOptions, type IrcError, type KickEvent, type MessageEvent } from 'irc-framework';
import type { Logger } from 'pino';
import type { NetworkSettings } from '../settings.js';
import { NickServ, type Verdict } from './nickserv.js';
import { Outbox } from './outbox.js';
import { isOfNickServ } from './services-notices.js';
import { oneLine, sameName } from './text.js';

/** A certificate of the bot for the services of its networks (SASL EXTERNAL), as PEM. */
export interface ClientCertificate {
  private_key: string;
  certificate: string;
}

/** Something that somebody said where the bot hears it. */
export interface Message {
  nick: string;
  host: string;
  /** The account by which the server says this very message came; null for nobody's. */
  account: string | null;
  /** The channel; null for what was said to the bot alone. */
  channel: string | null;
  text: string;
  /** The server's id of the message, where it gives ids. */
  id: string | null;
}

export interface ConnectionInput {
  settings: NetworkSettings;
  nick: string;
  certificate: ClientCertificate | null;
  log: Logger;
  onMessage(message: Message): void;
}

/** Times between tries to connect, in milliseconds; each is half as long again as it says at most. */
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 120_000;

/** How long the bot must have been there for the first of these times to count again, in milliseconds. */
const STEADY = 60_000;

/** By which tags servers mark messages of bots (IRCv3 `bot`, its draft, and InspIRCd before it). */
const BOT_TAGS = ['bot', 'draft/bot', 'inspircd.org/bot'];

/** The capability that says of each message by whose account it came. */
const ACCOUNT_TAG = 'account-tag';

/** One IRC network: stays connected, hears what is said to the bot, and sends lines at a pace that the server bears. */
export class IrcConnection {
  readonly name: string;
  private readonly client = new Client();
  private readonly outbox: Outbox;
  private readonly nickServ: NickServ;
  private readonly log: Logger;
  private wait = FIRST_WAIT;
  private timer: NodeJS.Timeout | undefined;
  /** In milliseconds of the epoch; null while the server has not welcomed the bot. */
  private arrivedAt: number | null = null;
  private stopping = false;

  constructor(private readonly input: ConnectionInput) {
    this.name = input.settings.name;
    this.log = input.log.child({ network: this.name });
    this.outbox = new Outbox(input.settings.pace);
    this.nickServ = new NickServ((text) => this.outbox.post(() => this.client.say('NickServ', text)));
    this.client.on('registered', () => this.arrive());
    this.client.on('privmsg', (event: MessageEvent) => this.hear(event));
    this.client.on('notice', (event: MessageEvent) => {
      if (isOfNickServ(event, { host: input.settings.services })) this.nickServ.hear(event.message);
    });
    this.client.on('irc error', (error: IrcError) => this.hearError(error));
    this.client.on('socket error', (error: Error) => this.log.warn({ err: error }, 'The connection failed'));
    this.client.on('kick', ({ kicked, channel, nick }: KickEvent) => {
      if (sameName(kicked, this.client.user.nick))
        this.log.warn({ channel, by: nick }, 'Kicked; an invitation brings the bot back.');
    });
    this.client.on('invite', ({ channel }: { channel: string }) => {
      if (input.settings.channels.some((own) => sameName(own, channel))) this.client.join(channel);
    });
    this.client.on('nick in use', ({ nick }: { nick: string }) => {
      if (this.arrivedAt === null) this.client.changeNick(`${nick}_`);
    });
    this.client.on('quit', ({ nick }: { nick: string }) => this.regain(nick));
    this.client.on('sasl failed', ({ reason }: { reason: string }) => this.log.error({ reason }, 'SASL failed'));
    this.client.on('close', () => this.reconnect());
  }

  connect(): void {
    const { settings, nick, certificate } = this.input;
    const options: ConnectOptions = {
      host: settings.host,
      port: settings.port,
      tls: settings.tls,
      nick,
      username: 'mcp',
      gecos: 'The names of the Mod Coder Pack',
      // Without its account the bot would speak for people as somebody whom nobody vouches for.
      sasl_disconnect_on_fail: true,
      auto_reconnect: false,
      enable_echomessage: false,
      // The answer to CTCP VERSION would not wait for its turn.
      version: '',
      ping_interval: 30,
      ping_timeout: 90,
      ...(settings.password !== null && { account: { account: nick, password: settings.password } }),
      ...(settings.tls && certificate !== null && { client_certificate: certificate }),
      ...(settings.tls &&
        certificate !== null &&
        settings.password === null && { sasl_mechanism: 'EXTERNAL' as const }),
    };
    this.client.connect(options);
  }

  /** Whether the server says of each message by whose account it came. Without it nobody is anybody here. */
  get vouches(): boolean {
    return this.client.network.cap.isEnabled(ACCOUNT_TAG);
  }

  get connected(): boolean {
    return this.client.connected;
  }

  /** Who the services of the network say that a nick is. */
  accountOf(nick: string): Promise<Verdict> {
    return this.connected ? this.nickServ.accountOf(nick) : Promise.resolve('SILENT');
  }

  /** Tells somebody something: a notice, which no program answers. */
  notice(nick: string, text: string): Promise<void> {
    return this.outbox.post(() => this.client.notice(nick, oneLine(text)));
  }

  /** Says something in a channel. */
  say(channel: string, text: string): Promise<void> {
    return this.outbox.post(() => this.client.say(channel, oneLine(text)));
  }

  /** Leaves the network. */
  stop(): void {
    this.stopping = true;
    clearTimeout(this.timer);
    this.nickServ.forget();
    this.client.quit('Going down');
  }

  private arrive(): void {
    this.arrivedAt = Date.now();
    const { user } = this.client;
    this.client.mode(user.nick, '+B');
    for (const channel of this.input.settings.channels) this.client.join(channel);
    this.log.info({ nick: user.nick }, 'On the IRC network.');
    if (!this.vouches) this.log.warn('The server has no account-tag: nobody is linked here, and no changes are taken.');
  }

  private hear({ from_server, nick, hostname, target, group, message, tags, batch }: MessageEvent): void {
    const isBot = BOT_TAGS.some((tag) => tag in tags);
    const isHistory = batch !== undefined && /history|playback/.test(batch.type);
    if (from_server || isBot || isHistory || group !== undefined || sameName(nick, this.client.user.nick)) return;
    this.input.onMessage({
      nick,
      host: hostname,
      account: (this.vouches && tags['account']) || null,
      channel: sameName(target, this.client.user.nick) ? null : target,
      text: oneLine(message),
      id: tags['msgid'] ?? null,
    });
  }

  private hearError({ error, nick, channel, reason }: IrcError): void {
    if (error === 'no_such_nick' && nick !== undefined && sameName(nick, 'NickServ')) this.nickServ.forget();
    // A channel that it can't join, or why the server ends the connection.
    else if (!this.stopping && (channel !== undefined || error === 'irc'))
      this.log.warn({ error, channel, reason }, 'The server refuses');
  }

  /** Takes the bot's own nick once whoever had it is gone: often a connection of its own that had died. */
  private regain(nick: string): void {
    if (sameName(nick, this.input.nick)) this.client.changeNick(this.input.nick);
  }

  private reconnect(): void {
    // Whom a server throws out as soon as it is there does not come back at once.
    if (this.arrivedAt !== null && Date.now() - this.arrivedAt > STEADY) this.wait = FIRST_WAIT;
    this.arrivedAt = null;
    this.nickServ.forget();
    if (this.stopping) return;
    const wait = this.wait * (1 + Math.random() / 2);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    this.log.warn({ seconds: Math.round(wait / 1_000) }, 'Not on the IRC network; trying again.');
    this.timer = setTimeout(() => this.connect(), wait);
  }
}
