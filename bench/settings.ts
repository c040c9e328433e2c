import { parseArgs } from 'node:util';

const HELP = `npm run bench -- [options]

  --version V   the game version: 1.12.2 (the default) or 1.16.5
  --seconds N   length of one slice in seconds, at most 8 (2)
  --rounds N    slices of each server and case (5)
  --only NAME   only this case, may be given again: floor, lookup, inline, search, class, translate, session,
                token, jwt, propose, propose100, import, export
  --quick       short slices, one import: to see that it runs
  --server FILE the entry of the service (dist/main.js, built first where it is older than its sources)
  --out FILE    where the results go (bench/RESULTS.md); with --only or --quick they are printed alone

  TEST_DATABASE_URL  an administrator's address of a PostgreSQL server (${'postgres://postgres@127.0.0.1:5432/postgres'})
  BENCH_DATA         the folder of real data (../shared/data)`;

/** The real data of a version: folders below the data folder. */
export interface VersionData {
  version: string;
  mappings: string;
  names: string;
  namesTitle: string;
}

const VERSIONS: readonly VersionData[] = [
  {
    version: '1.12.2',
    mappings: 'versions/1.12.2',
    names: 'names/1.12/1-stable_39',
    namesTitle: 'stable_39',
  },
  {
    version: '1.16.5',
    mappings: 'versions/1.16.5',
    names: 'names/1.15/snapshot_20200415',
    namesTitle: 'snapshot_20200415',
  },
];

export interface Settings {
  data: VersionData;
  seconds: number;
  rounds: number;
  importRounds: number;
  /** Null for every case. */
  only: readonly string[] | null;
  server: string | null;
  /** Null where the results are only printed. */
  out: string | null;
  adminUrl: string;
  dataFolder: string | undefined;
}

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
    options: {
      version: { type: 'string', default: '1.12.2' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
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
  const seconds = positive('seconds', values.seconds ?? (values.quick ? '0.5' : '2'));
  // The servers close connections that were idle for ten seconds, and their CPU time would go with them.
  if (seconds > 8) throw new UsageError('--seconds takes at most 8; take more --rounds instead.');
  const partial = values.quick || values.only !== undefined;
  return {
    data,
    seconds,
    rounds: Math.ceil(positive('rounds', values.rounds ?? (values.quick ? '2' : '5'))),
    importRounds: values.quick ? 1 : 3,
    only: values.only ?? null,
    server: values.server ?? null,
    out: values.out ?? (partial ? null : 'bench/RESULTS.md'),
    adminUrl: process.env.TEST_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres',
    dataFolder: process.env.BENCH_DATA,
  };
}
