/** What is used here of irc-framework 4, which has no types of its own. */
declare module 'irc-framework' {
  import type { EventEmitter } from 'node:events';

  export interface ConnectOptions {
    host: string;
    port: number;
    tls: boolean;
    nick: string;
    username: string;
    gecos: string;
    account?: { account: string; password: string };
    sasl_mechanism?: 'PLAIN' | 'EXTERNAL';
    sasl_disconnect_on_fail: boolean;
    client_certificate?: { private_key: string; certificate: string };
    auto_reconnect: boolean;
    enable_echomessage: boolean;
    version: string;
    ping_interval: number;
    ping_timeout: number;
  }

  /** A PRIVMSG or NOTICE. */
  export interface MessageEvent {
    from_server: boolean;
    nick: string;
    hostname: string;
    target: string;
    /** The prefix of a message to some of a channel: `@` of `@#mcp`. */
    group?: string;
    message: string;
    tags: Readonly<Record<string, string>>;
    batch?: { type: string };
  }

  /** A refusal of the server: `no_such_nick`, `banned_from_channel`, …; `irc` ends the connection. */
  export interface IrcError {
    error: string;
    nick?: string;
    channel?: string;
    reason?: string;
  }

  export interface KickEvent {
    kicked: string;
    channel: string;
    /** Who did it. */
    nick: string;
  }

  export class Client extends EventEmitter {
    readonly connected: boolean;
    readonly user: { nick: string };
    readonly network: { cap: { isEnabled(name: string): boolean } };
    connect(options: ConnectOptions): void;
    quit(message: string): void;
    join(channel: string): void;
    changeNick(nick: string): void;
    mode(target: string, mode: string): void;
    say(target: string, line: string): void;
    notice(target: string, line: string): void;
  }
}
