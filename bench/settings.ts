import { parseArgs } from 'node:util';

const HELP = `npm run bench -- [options]

  --version V     the game version: 1.16.5 (the default) or 1.12.2
  --only A,B      only these: floor, lookup, inline, search, class, parameters, translate, deobfuscate, feed, session,
                  token, jwt, propose, propose100, floods, memory, import, export, start
  --no-peers      without Mercurius and PostGraphile, which are installed into bench/peers where they are not
  --quick         short slices, few documents, one import: to see that it runs
  --long          longer slices, more of them, and ten versions in memory
  --seconds N     length of one slice in seconds, at most 8 (2)
  --rounds N      slices of each server and case (5)
  --scale         instead: 1, 5 and 20 versions, 10 and 1,000 connections, 1 and 2 processes (bench/SCALE.md, scale.svg)
  --soak MINUTES  instead: the memory under mixed load over ten versions (bench/SOAK.md)
  --server FILE   the entry of the service (dist/main.js, built first where it is older than its sources)
  --out FILE      where the results go (bench/RESULTS.md); with --only or --quick they are printed alone

  TEST_DATABASE_URL  an administrator's address of a PostgreSQL server (${'postgres://postgres@127.0.0.1:5432/postgres'})
  BENCH_DATA         the folder of real data (../shared/data)`;

/** What --only takes besides cases. */
export const SECTIONS = ['floods', 'memory', 'import', 'export', 'start'] as const;

/** The real data of a version: folders below the data folder. */
export interface VersionData {
  version: string;
  mappings: string;
  names: string;
  namesTitle: string;
}

const VERSIONS: readonly VersionData[] = [
  {
    version: '1.16.5',
    mappings: 'versions/1.16.5',
    names: 'names/1.15/snapshot_20200415',
    namesTitle: 'snapshot_20200415',
  },
  {
    version: '1.12.2',
    mappings: 'versions/1.12.2',
    names: 'names/1.12/1-stable_39',
    namesTitle: 'stable_39',
  },
];

export interface Settings {
  mode: 'BENCH' | 'SCALE' | 'SOAK';
  data: VersionData;
  seconds: number;
  rounds: number;
  importRounds: number;
  /** Of each flood. */
  documents: number;
  /** In use at once, where memory is measured. */
  memoryVersions: number;
  soakMinutes: number;
  /** Null for every case and section. */
  only: readonly string[] | null;
  peers: boolean;
  server: string | null;
  /** Null where the results are only printed. */
  out: string | null;
  adminUrl: string;
  dataFolder: string | undefined;
}

interface Extent {
  seconds: string;
  rounds: string;
  importRounds: number;
  documents: number;
  memoryVersions: number;
}

const EXTENTS: Record<'quick' | 'usual' | 'long', Extent> = {
  quick: { seconds: '0.5', rounds: '2', importRounds: 1, documents: 6_000, memoryVersions: 2 },
  usual: { seconds: '2', rounds: '5', importRounds: 3, documents: 90_000, memoryVersions: 5 },
  long: { seconds: '4', rounds: '8', importRounds: 5, documents: 90_000, memoryVersions: 10 },
};

/** A misuse of the command line, told without a stack. */
export class UsageError extends Error {}

const positive = (name: string, text: string): number => {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`--${name} takes a number above 0, not ${text}.`);
  return number;
};

/** Reads the command line; null where only the help was wanted. */
export function readSettings(args: string[]): Settings | null {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      version: { type: 'string', default: '1.16.5' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      peers: { type: 'boolean', default: true },
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
      soak: { type: 'string' },
      server: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  const data = VERSIONS.find(({ version }) => version === values.version);
  if (data === undefined) {
    throw new UsageError(`--version takes ${VERSIONS.map(({ version }) => version).join(' or ')}.`);
  }
  const { seconds: length, rounds, ...extent } = EXTENTS[values.quick ? 'quick' : values.long ? 'long' : 'usual'];
  const seconds = positive('seconds', values.seconds ?? length);
  // The servers close connections that were idle for ten seconds, and their CPU time would go with them.
  if (seconds > 8) throw new UsageError('--seconds takes at most 8; take more --rounds instead.');
  if (values.scale && values.soak !== undefined) throw new UsageError('--scale and --soak are runs of their own.');
  const partial = values.quick || values.only !== undefined;
  return {
    ...extent,
    mode: values.scale ? 'SCALE' : values.soak === undefined ? 'BENCH' : 'SOAK',
    data,
    seconds,
    rounds: Math.ceil(positive('rounds', values.rounds ?? rounds)),
    soakMinutes: positive('soak', values.soak ?? '1'),
    only: values.only?.flatMap((names) => names.split(',')) ?? null,
    peers: values.peers,
    server: values.server ?? null,
    out: values.out ?? (partial ? null : 'bench/RESULTS.md'),
    adminUrl: process.env.TEST_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres',
    dataFolder: process.env.BENCH_DATA,
  };
}
