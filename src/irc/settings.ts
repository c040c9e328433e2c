import { isNetworkName } from '../shared/irc-names.js';

/** An IRC network that the bridge is on. */
export interface NetworkSettings {
  /** What the service calls it; people's identities are kept by it. */
  name: string;
  host: string;
  port: number;
  tls: boolean;
  /** Null: the handle of the bot. */
  nick: string | null;
  /** Of the bot with the services of the network (SASL PLAIN); null for none. */
  password: string | null;
  channels: string[];
  /** The host name of NickServ; null where the network marks messages of its services, as InspIRCd does. */
  services: string | null;
  /** How many lines a second the server bears from the bot. */
  pace: number;
}

const CHANNEL = /^#[^\s,:#]{1,49}$/;
const NICK = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/;
const HOST = /^[A-Za-z0-9.:/-]{1,253}$/;
/** Where nothing is said: what servers bear from anybody, in lines a second. */
const USUAL_PACE = 1.25;
const MAX_PACE = 100;

const PROTOCOLS: ReadonlyMap<string, { tls: boolean; port: number }> = new Map([
  ['ircs:', { tls: true, port: 6697 }],
  ['irc:', { tls: false, port: 6667 }],
]);

/**
 * Reads `IRC_SERVERS`: networks apart by blanks, each `<name>=ircs://[<nick>[:<password>]@]<host>[:<port>][?services=<host>&pace=<lines a second>][#<channel>,#…]`.
 * A password is percent-encoded.
 * @throws Error whose message names the network and nothing of its address, which may have a password in it
 */
export function readServers(text: string): NetworkSettings[] {
  const networks = text.split(/\s+/).filter(Boolean).map(readServer);
  const names = networks.map(({ name }) => name.toLowerCase());
  const twice = networks.find((_, index) => names.indexOf(names[index]!) !== index);
  if (twice !== undefined) throw new Error(`${twice.name} stands there twice`);
  return networks;
}

function readServer(text: string): NetworkSettings {
  const [, name = '', address = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (!isNetworkName(name))
    throw new Error('each is <name>=ircs://<host>/#<channel>, and the name has letters and digits');
  const fault = (words: string) => new Error(`${name}: ${words}`);
  const url = URL.canParse(address) ? new URL(address) : null;
  const protocol = PROTOCOLS.get(url?.protocol ?? '');
  if (url === null || protocol === undefined || url.hostname === '')
    throw fault('not an address like ircs://host:6697/#channel');
  const channels = url.hash === '' ? [] : decodeURIComponent(url.hash).split(',');
  if (!channels.every((channel) => CHANNEL.test(channel))) throw fault('channels are written #one,#two');
  const nick = decodeURIComponent(url.username) || null;
  if (nick !== null && !NICK.test(nick)) throw fault('that is no nick');
  const services = url.searchParams.get('services');
  if (services !== null && !HOST.test(services)) throw fault('services is no host name');
  const pace = Number(url.searchParams.get('pace') ?? USUAL_PACE);
  if (!(pace >= USUAL_PACE && pace <= MAX_PACE))
    throw fault(`pace is a number of lines a second, ${USUAL_PACE} to ${MAX_PACE}`);
  return {
    name,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? protocol.port : Number(url.port),
    tls: protocol.tls,
    nick,
    password: decodeURIComponent(url.password) || null,
    channels,
    services,
    pace,
  };
}
