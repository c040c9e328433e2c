import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Certificate } from './certificate.js';
import { readLine, type Line } from './line.js';

/** How long a wait lasts where it does not say, in milliseconds. */
const PATIENCE = 30_000;

const WANTED_CAPABILITIES = ['account-notify', 'account-tag', 'extended-join', 'message-tags', 'server-time'];

/** What mIRC's formatting is made of: bold, colour, reset, reverse, italics, underline. */
// eslint-disable-next-line no-control-regex
const FORMATTING = /[\x02\x03\x0f\x16\x1d\x1f]/g;

/** Where one connects to: an IrcNetwork is one. */
export interface Entrance {
  host: string;
  port: number;
  tls?: { port: number; certificate: string } | null;
  split?: { port: number } | null;
}

/** SASL: with an account of the services (PLAIN), or with the certificate of the connection (EXTERNAL). */
export type Sasl = { account: string; password: string } | 'EXTERNAL';

export interface PersonOptions {
  /** To the second server of the network. */
  second?: boolean;
  /** Over TLS; a certificate is shown to the server. */
  tls?: true | Certificate;
  sasl?: Sasl;
  /** The address to come from, of 127.0.0.0/8: the host by which others know it. */
  from?: string;
}

/** A regular expression is tried on the whole line without its tags. */
export type Wanted = RegExp | ((line: Line) => boolean);

/** Somebody on an IRC network: a bare client, which sends whatever it is told to. */
export class Person {
  /** All that came, in its order. */
  readonly lines: Line[] = [];
  /** What of it no wait has found yet. */
  private readonly unclaimed = new Set<Line>();
  private rest = '';
  private closed = false;

  constructor(
    private readonly socket: Socket,
    public name: string,
  ) {
    socket.setEncoding('utf8').on('data', (text: string) => this.take(text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      socket.emit('line');
    });
  }

  private take(text: string): void {
    const pieces = (this.rest + text).split(/\r?\n/);
    this.rest = pieces.pop()!;
    for (const line of pieces.map(readLine)) {
      if (line.command === 'PING') this.raw(`PONG :${line.text}`);
      if (line.command === 'NICK' && line.nick === this.name) this.name = line.text;
      this.lines.push(line);
      this.unclaimed.add(line);
    }
    this.socket.emit('line');
  }

  /** Sends a line as it is, with whatever is in it. */
  raw(line: string): void {
    this.socket.write(`${line}\r\n`);
  }

  say(target: string, text: string): void {
    this.raw(`PRIVMSG ${target} :${text}`);
  }

  notice(target: string, text: string): void {
    this.raw(`NOTICE ${target} :${text}`);
  }

  /**
   * Waits for a line. What came before counts too, but each line answers one wait alone.
   * @param timeout in milliseconds
   * @throws Error that names what came and answered no wait
   */
  waitFor(wanted: Wanted, timeout = PATIENCE): Promise<Line> {
    const fits = typeof wanted === 'function' ? wanted : (line: Line) => wanted.test(line.plain);
    return this.claim(fits, String(wanted), timeout);
  }

  /** Says something and waits for a message or notice of the same nick that fits; gives its text. What came before does not count. */
  async ask(nick: string, text: string, answer: RegExp, timeout = PATIENCE): Promise<string> {
    const before = new Set(this.lines);
    this.say(nick, text);
    const fits = (line: Line) => !before.has(line) && isSaidBy(nick, line) && answer.test(plainText(line));
    return plainText(await this.claim(fits, `${nick}'s answer ${String(answer)} to '${text}'`, timeout));
  }

  private async claim(fits: (line: Line) => boolean, what: string, timeout: number): Promise<Line> {
    const signal = AbortSignal.timeout(timeout);
    for (;;) {
      const found = [...this.unclaimed].find(fits);
      if (found !== undefined) {
        this.unclaimed.delete(found);
        return found;
      }
      if (signal.aborted || this.closed) throw this.disappointment(what);
      await once(this.socket, 'line', { signal }).catch(() => undefined);
    }
  }

  private disappointment(what: string): Error {
    const came = [...this.unclaimed].map(({ plain }) => `\n  ${plain}`).join('');
    const state = this.closed ? 'was cut off' : 'waited in vain';
    return new Error(`${this.name} ${state}: ${what}. Instead came:${came}`);
  }

  /** Everything that a nick said in messages and notices, here or in channels. */
  heard(nick: string): string[] {
    return this.lines.filter((line) => isSaidBy(nick, line)).map(({ text }) => text);
  }

  async join(channel: string): Promise<void> {
    this.raw(`JOIN ${channel}`);
    await this.waitFor(({ command, params }) => command === '366' && params[1] === channel);
  }

  async nick(name: string): Promise<void> {
    const old = this.name;
    this.raw(`NICK ${name}`);
    await this.waitFor(({ command, nick, text }) => command === 'NICK' && nick === old && text === name);
  }

  /** Registers an account by the name of the nick with the services, and is logged in. */
  async register(password: string): Promise<void> {
    await this.ask('NickServ', `REGISTER ${password} nobody@example.org`, /is now registered/);
    await this.waitFor(/^\S+ 900 /);
  }

  async identify(account: string, password: string): Promise<void> {
    this.say('NickServ', `IDENTIFY ${account} ${password}`);
    await this.waitFor(/^\S+ 900 /);
  }

  async logout(): Promise<void> {
    this.say('NickServ', 'LOGOUT');
    await this.waitFor(/^\S+ 901 /);
  }

  /** Gives an account up; NickServ asks for a code, which it hands out itself. */
  async drop(account: string, password: string): Promise<void> {
    const reminder = await this.ask('NickServ', `DROP ${account} ${password}`, /NickServ DROP \S+ \S+ \S+/);
    const [confirmation] = /DROP \S+ \S+ \S+/.exec(reminder)!;
    await this.ask('NickServ', confirmation, /has been dropped/);
  }

  /**
   * Gives the account that it is logged in with another name, and the nick by the old name up. The new name must be a nick of the account
   * first; afterwards it has the nick that it had.
   */
  async renameAccount(name: string): Promise<void> {
    const nick = this.name;
    await this.nick(name);
    await this.ask('NickServ', 'GROUP', /is now registered to your account/);
    await this.ask('NickServ', `SET ACCOUNTNAME ${name}`, /account name is now set/);
    await this.ask('NickServ', `UNGROUP ${nick}`, /has been removed from your account/);
    await this.nick(nick);
  }

  /** The key of the account that it is logged in with: NickServ's, which outlives the account's name. */
  async entityId(): Promise<string> {
    const answer = await this.ask('NickServ', `ACC ${this.name} *`, / ACC 3 \S+$/);
    return answer.split(' ').at(-1)!;
  }

  quit(): void {
    this.raw('QUIT');
    this.socket.end();
  }

  /** Is gone without a word. */
  cut(): void {
    this.socket.destroy();
  }

  /**
   * Introduces itself, takes what is offered of what is wanted, and waits for the welcome.
   * @throws Error where the nick is taken, or the services do not let it in
   */
  async introduce(sasl: Sasl | undefined): Promise<void> {
    this.raw('CAP LS 302');
    this.raw(`NICK ${this.name}`);
    this.raw(`USER ${this.name} 0 * :${this.name}`);
    const { text } = await this.waitFor(
      ({ command, params }) => command === 'CAP' && params[1] === 'LS' && params[2] !== '*',
    );
    const offered = new Set(text.split(' ').map((capability) => capability.split('=')[0]!));
    const wanted = [...WANTED_CAPABILITIES, ...(sasl === undefined ? [] : ['sasl'])].filter((name) =>
      offered.has(name),
    );
    this.raw(`CAP REQ :${wanted.join(' ')}`);
    await this.waitFor(/^\S+ CAP \S+ ACK /);
    if (sasl !== undefined) await this.authenticate(sasl);
    this.raw('CAP END');
    const { command } = await this.waitFor(/^\S+ (376|422|433) /);
    if (command === '433') throw new Error(`Somebody is ${this.name} already.`);
  }

  private async authenticate(sasl: Sasl): Promise<void> {
    this.raw(`AUTHENTICATE ${sasl === 'EXTERNAL' ? sasl : 'PLAIN'}`);
    await this.waitFor(({ command, text }) => command === 'AUTHENTICATE' && text === '+');
    const secret = sasl === 'EXTERNAL' ? '' : `\0${sasl.account}\0${sasl.password}`;
    this.raw(`AUTHENTICATE ${secret === '' ? '+' : Buffer.from(secret).toString('base64')}`);
    const { command, text } = await this.waitFor(/^\S+ (903|904) /);
    if (command === '904') throw new Error(`${this.name}: ${text}`);
  }
}

const isSaidBy = (nick: string, { command, nick: by }: Line): boolean =>
  (command === 'PRIVMSG' || command === 'NOTICE') && by.toLowerCase() === nick.toLowerCase();

const plainText = ({ text }: Line): string => text.replace(FORMATTING, '');

/** Connects to a network and waits until the server has welcomed the nick. */
export async function connectPerson(network: Entrance, nick: string, options: PersonOptions = {}): Promise<Person> {
  const { second = false, tls, sasl, from } = options;
  const { host } = network;
  const person = new Person(
    tls === undefined
      ? connectPlain({ host, port: second ? network.split!.port : network.port, localAddress: from })
      : connectTls({ host, port: network.tls!.port, ca: network.tls!.certificate, ...(tls !== true && tls) }),
    nick,
  );
  try {
    await person.introduce(sasl);
    return person;
  } catch (error) {
    person.cut();
    throw error;
  }
}
