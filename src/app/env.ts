import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { readServers } from '../irc/settings.js';

/** An address, without the slash at its end. */
const url = (protocols: RegExp) => z.url({ protocol: protocols }).transform((address) => address.replace(/\/+$/, ''));

/** An address that others are shown, or that requests go to: what it would carry of a user and password could get about. */
const plainUrl = () =>
  url(/^https?$/).refine((address) => {
    const { username, password } = new URL(address);
    return username === '' && password === '';
  }, 'an address without a user and password in it');

const isNetwork = (text: string): boolean => ipaddr.isValid(text) || ipaddr.isValidCIDR(text);

const yesOrNo = () =>
  z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .default(false);

/** A time of the day, or null for never. */
const dailyAt = (time: string) =>
  z
    .string()
    .regex(/^(?:off|(?:[01]\d|2[0-3]):[0-5]\d)$/, 'a time of the day in UTC like 03:00, or off')
    .default(time)
    .transform((text) => (text === 'off' ? null : text));

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  /** Where the service listens. */
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'a port is a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'a port is a number from 0 to 65535')
    .default(4000),
  /** The interface to listen on: this machine alone, but every one of its interfaces in production. */
  HOST: z.string().optional(),
  /** How the outside world reaches the service: the base of every address that it hands out. */
  PUBLIC_URL: plainUrl().optional(),
  /** A PostgreSQL database; without it the embedded one is used. */
  DATABASE_URL: url(/^postgres(ql)?$/).optional(),
  /** Where the embedded database lives. */
  DATA_DIR: z.string().default('./data'),
  /** Where tries are counted, in place of the database. */
  REDIS_URL: url(/^rediss?$/).optional(),
  /** The service's own secrets, separated by commas: the first makes, all are understood. */
  SECRET_KEYS: z
    .string()
    .transform((keys) => keys.split(',').map((key) => key.trim()))
    .refine((keys) => keys.every((key) => key.length >= 32), 'each key has 32 characters or more')
    .optional(),
  /** Proxies whose X-Forwarded-For is believed: addresses and networks, separated by commas. */
  TRUSTED_PROXIES: z
    .string()
    .transform((proxies) => proxies.split(',').map((proxy) => proxy.trim()))
    .refine((proxies) => proxies.every(isNetwork), 'addresses and networks, e.g. 127.0.0.1,10.0.0.0/8')
    .default([]),
  /** OAuth applications with the providers, and their addresses: other ones for GitHub Enterprise. */
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  GITHUB_URL: plainUrl().default('https://github.com'),
  DISCORD_CLIENT_ID: z.string().optional(),
  DISCORD_CLIENT_SECRET: z.string().optional(),
  DISCORD_URL: plainUrl().default('https://discord.com'),
  /** The Maven repository that MCP's own files are fetched from. */
  MCP_MAVEN_URL: url(/^https?$/).default('https://maven.minecraftforge.net'),
  /** Whether webhooks may call private addresses, and over plain http in production too. */
  WEBHOOK_PRIVATE_HOSTS: yesOrNo(),
  /** When each version that has changed gets its snapshot, every day, in UTC; `off` for never. */
  SNAPSHOT_AT: dailyAt('03:00'),
  /** When all public data is dumped, every day, in UTC; `off` for never. */
  DUMP_AT: dailyAt('04:00'),
  /** Whether a stable release waits for a second person. */
  CONFIRM_STABLE: yesOrNo(),
  /** The IRC networks that the bot is on; without them there is none. */
  IRC_SERVERS: z
    .string()
    .transform((text, context) => {
      try {
        return readServers(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    })
    .optional(),
  /** The bot as a client of the service: `mcp irc setup` prints it, and writes its key. */
  IRC_CLIENT_ID: z.string().optional(),
  IRC_KEY_FILE: z.string().optional(),
  /** A certificate and its private key (PEM, in one file) by which the services of IRC networks know the bot. */
  IRC_CERT_FILE: z.string().optional(),
  /** Where `npm run irc` reaches the service. */
  IRC_SERVICE_URL: plainUrl().optional(),
  /** Megabytes that game versions in memory may take; 0 keeps none there. */
  READ_MODEL_MB: z
    .string()
    .regex(/^\d{1,6}$/, 'a number of megabytes, at most 999999')
    .transform(Number)
    .default(512),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** On SIGTERM, how long to go on serving while /readyz says 503, so that a balancer can look elsewhere. */
  DRAIN_SECONDS: z
    .string()
    .regex(/^\d{1,3}$/, 'a number of seconds, at most 999')
    .transform(Number)
    .default(0),
});

type Given = Record<string, string>;

/** What is wrong with settings that are right each by itself: a half-told application would fail when the first person signs in. */
function faultsBetween(given: Given): string[] {
  const pairs = ['GITHUB', 'DISCORD'].flatMap((provider) => {
    const [id, secret] = [`${provider}_CLIENT_ID`, `${provider}_CLIENT_SECRET`];
    if ((given[id] === undefined) === (given[secret] === undefined)) return [];
    return given[id] === undefined ? [`${id}: belongs to ${secret}`] : [`${secret}: belongs to ${id}`];
  });
  if (given['IRC_SERVERS'] !== undefined && given['IRC_CLIENT_ID'] === undefined) {
    pairs.push('IRC_CLIENT_ID: belongs to IRC_SERVERS (npm run mcp -- irc setup)');
  }
  const keyless = given['NODE_ENV'] === 'production' && given['SECRET_KEYS'] === undefined;
  if (!keyless) return pairs;
  return [...pairs, 'SECRET_KEYS: must be given in production: 32 random characters or more (openssl rand -hex 32)'];
}

/** Every setting by its name in the environment. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/** The settings of the process, checked, with their defaults. */
export type Settings = z.infer<typeof schema> &
  Record<'HOST' | 'PUBLIC_URL' | 'IRC_KEY_FILE' | 'IRC_SERVICE_URL', string>;

/** Every fault of the settings at once, each by its name. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: readonly string[]) {
    super(`The settings can not be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/**
 * Reads the settings: the only place that looks at the environment. A setting that is empty counts as not given.
 * @throws SettingsError
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const given: Given = Object.fromEntries(
    settingNames.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const { data, error } = schema.safeParse(given);
  // Values are left out: one may be an address with a password.
  const own = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  const faults = [...own, ...faultsBetween(given)];
  if (data === undefined || faults.length > 0) throw new SettingsError(faults);
  const PUBLIC_URL = data.PUBLIC_URL ?? `http://localhost:${data.PORT}`;
  return {
    ...data,
    HOST: data.HOST ?? (data.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1'),
    PUBLIC_URL,
    IRC_KEY_FILE: data.IRC_KEY_FILE ?? join(data.DATA_DIR, 'irc-key.json'),
    IRC_SERVICE_URL: data.IRC_SERVICE_URL ?? PUBLIC_URL,
  };
}
