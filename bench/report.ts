import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { HistoryCounts } from './history.js';
import type { ExportFigures } from './export.js';
import type { ImportFigures } from './import.js';
import { CONNECTIONS } from './load.js';
import { backendsPinned, type CaseResult } from './measure.js';
import { canPin } from './processes.js';
import type { Settings } from './settings.js';

export interface MachineFacts {
  machine: string;
  software: string;
  commit: string;
  date: string;
  loadBefore: number;
}

const MEASURED_PACKAGES = [
  '@apollo/server',
  'graphql',
  'type-graphql',
  'graphql-shield',
  'fastify',
  'pg',
  'dataloader',
  'autocannon',
];

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

export async function machineFacts(postgresql: string, loadBefore: number): Promise<MachineFacts> {
  const packages = await Promise.all(
    MEASURED_PACKAGES.map(async (name) => {
      const text = await readFile(`node_modules/${name}/package.json`, 'utf8');
      return `${name} ${(JSON.parse(text) as { version: string }).version}`;
    }),
  );
  const cores = cpus();
  // The results themselves are written after each run: they are no change of what was measured.
  const changed = git('status', '--porcelain', '--', 'src', 'prisma', 'package-lock.json') !== '';
  return {
    machine: `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    software: `Node ${process.versions.node}, PostgreSQL ${postgresql}, ${packages.join(', ')}`,
    commit: `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? ', with changes that are not committed' : ''}`,
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    loadBefore,
  };
}

const number = (value: number | null, digits = 0) =>
  value === null ? '-' : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const ratio = (a: number | null, b: number | null) => (a === null || b === null ? '-' : number(a / b, 2));
const percent = (share: number | null) => (share === null ? '-' : `${number(100 * share)}%`);
const significant = (value: number) => number(value, value < 10 ? 2 : value < 100 ? 1 : 0);

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const spread = (pairs: number[]) => `${number(Math.min(...pairs), 2)} to ${number(Math.max(...pairs), 2)}`;

function ratios(results: CaseResult[], heading = 'ours / bare'): string {
  return table(
    [heading, 'requests/s', 'of each pair of slices', 'CPU per request', 'p99', 'SQL statements'],
    results.map(({ bench, ours, bare, pairs, statements }) => [
      bench.title,
      `**${ratio(ours.perSecond, bare.perSecond)}**`,
      spread(pairs),
      `**${ratio(ours.serverCpu, bare.serverCpu)}**`,
      ratio(ours.p99, bare.p99),
      `${number(statements.ours, statements.ours % 1 && 1)} / ${number(statements.bare, statements.bare % 1 && 1)}`,
    ]),
  );
}

function figures(results: CaseResult[], heading = 'ours / bare'): string {
  const both = (result: CaseResult, show: (side: CaseResult['ours']) => string) =>
    `${show(result.ours)} / ${show(result.bare)}`;
  return table(
    [heading, 'requests/s', 'CPU per request, us', 'of PostgreSQL, us', 'p50, ms', 'p99, ms', 'core of the server', 'other load'],
    results.map((result) => [
      result.bench.title,
      both(result, ({ perSecond }) => number(perSecond)),
      both(result, ({ serverCpu }) => number(serverCpu)),
      result.statements.ours === 0 ? '-' : both(result, ({ databaseCpu }) => number(databaseCpu)),
      both(result, ({ p50 }) => significant(p50)),
      both(result, ({ p99 }) => significant(p99)),
      both(result, ({ serverBusy }) => percent(serverBusy)),
      percent(result.otherLoad),
    ]),
  ); // prettier-ignore
}

function exports({ rounds, size, perSecond }: ExportFigures): string {
  const rows = [
    ['COPY', perSecond.copy],
    ['cold: read, written and compressed', perSecond.cold],
    ['kept, unpacked for the reader', perSecond.unpacked],
    ['kept, gzip', perSecond.gzip],
    ['unchanged: 304', perSecond.unchanged],
  ] as const;
  const lines = rows.map(
    ([title, rate]) =>
      `| ${title} | ${number(rate, 1)} | ${number((rate * size) / 1e6, 1)} | **${number(rate / perSecond.copy, 2)}** |`,
  );
  return `joined.tsrg, ${number(size / 1e6, 2)} MB, one reader, medians of ${rounds}. "COPY" is \`COPY (SELECT …) TO STDOUT\` of the same lines through
node:http (\`bare-copy.ts\`): what \`psql \\copy\` does. MB are of the file itself; one that travels compressed counts as what it unpacks to.

| joined.tsrg | requests/s | MB/s | beside COPY |
| --- | ---: | ---: | ---: |
${lines.join('\n')}`;
}

function imports({ entries, declarations, version, names, copy, rounds }: ImportFigures): string {
  const rows = entries + declarations;
  const whole = version.read + version.write;
  const perSecond = (count: number, seconds: number) => number(count / seconds);
  const table_ = table(
    ['import', 'rows', 'seconds', 'rows/s', 'beside \\copy'],
    [
      ['game version: read, parse, write, analyse', number(rows), number(whole, 2), perSecond(rows, whole), copy ? ratio(copy.seconds, whole) : '-'],
      ['of that, in the database', number(rows), number(version.write, 2), perSecond(rows, version.write), copy ? ratio(copy.seconds, version.write) : '-'],
      ...(copy ? [['psql `\\copy` of the same rows, analyse', number(rows), number(copy.seconds, 2), perSecond(rows, copy.seconds), '1']] : []),
      ['name set: read, parse, write, analyse', number(names.rows), number(names.read + names.write, 2), perSecond(names.rows, names.read + names.write), '-'],
    ],
  ); // prettier-ignore
  const beside = copy
    ? `Beside it ${copy.version} copies the resulting rows into empty tables with the same columns, indexes and foreign keys.`
    : 'No psql was found, so there is nothing beside it.';
  return `${table_}

${number(entries)} entries and ${number(declarations)} declarations into a fresh database; the median of ${rounds}, on all cores.
${beside}`;
}

/** How many changes a second each server writes, and that what both wrote is one history. */
function proposals(results: CaseResult[], { changes, decisions }: HistoryCounts): string {
  const rates = results.flatMap(({ bench: { title, writes }, ours, bare }) =>
    writes === undefined
      ? []
      : [`- ${title}: **${number(ours.perSecond * writes)}** changes/s, bare ${number(bare.perSecond * writes)}`],
  );
  return `${rates.join('\n')}

Each proposal is new: entries in turn, each with a name that nothing had before. Both servers write to one history, of which one of
them holds the pen at a time; after the run its ${number(changes)} changes and ${number(decisions)} decisions were verified, as
\`verify-history\` does. Bare sends its statements in two messages, which are counted, and counts no tries against a limit.`;
}

function conditions(): string {
  if (!canPin) return 'The servers were not held to a core: there is no `taskset`, or only one core.';
  const database = backendsPinned
    ? 'PostgreSQL and the load to the rest'
    : 'the load to the rest; the connections of PostgreSQL could not be held and run on any';
  return `The servers are held to core 0 with \`taskset\`, ${database}. Other processes are not kept away: see "other load".`;
}

export interface ReportInput {
  title: string;
  facts: MachineFacts;
  results: CaseResult[];
  /** What both servers wrote; null where no case writes. */
  history: HistoryCounts | null;
  imports: ImportFigures | null;
  exports: ExportFigures | null;
  settings: Settings;
  took: number;
}

/** The results as Markdown. */
export function reportText({
  title,
  facts,
  results: all,
  history,
  imports: imported,
  exports: exported,
  settings,
  took,
}: ReportInput): string {
  const { seconds, rounds } = settings;
  const results = all.filter(({ bench }) => bench.credential === undefined);
  const authenticated = all.filter(({ bench }) => bench.credential !== undefined);
  const asked = results.map(({ bench }) => `${bench.title}:\n\n\`\`\`graphql\n${bench.operation}\n\`\`\``);
  const sections = [
    `# Speed of the service

Written by \`npm run bench\`; do not edit. Over ${title}.

- ${facts.machine}
- ${facts.software}
- ${facts.date} UTC, commit ${facts.commit}; the run took ${number(took)} s; load average before it ${number(facts.loadBefore, 2)}`,
  ];
  if (results.length > 0) {
    sections.push(
      `## Requests

"Bare" is node:http with a pool of \`pg\`, prepared statements and JSON written by hand (\`bare-server.ts\`), over the same
database. Higher is better for requests/s, lower for the rest.

${ratios(results)}

${figures(results)}${history ? `\n\n${proposals(results, history)}` : ''}`,
    );
  }
  if (authenticated.length > 0) {
    const heading = 'with / without a credential';
    sections.push(
      `## Authentication

What it costs the service to know who calls: the same query with a credential and without one, in turn.

${ratios(authenticated, heading)}

${figures(authenticated, heading)}`,
    );
  }
  if (imported) sections.push(`## Imports\n\n${imported ? imports(imported) : ''}`);
  if (exported) sections.push(`## Exports\n\n${exports(exported)}`);
  if (all.length > 0) {
    sections.push(
      `## How it was measured

- Ours is \`node dist/main.js\` as in production, logs at \`warn\`. Both servers run at once; only one is asked at a time.
- ${conditions()}
- autocannon, ${CONNECTIONS} connections, no pipelining. A warm-up, then slices of ${number(seconds, seconds % 1 && 1)} s in turn: ours, bare, ours, bare … ${rounds} of each.
  The ratio of each pair of slices shows how much noise there was.
- CPU is user and system time of all threads of the server's process, and of its connections' PostgreSQL processes.
- Where the server's core is not fully used, requests/s are bounded by PostgreSQL or by the load; CPU per request then says more.
- Before anything is timed, both are asked the same and their \`data\` must be equal; a failed request while timed ends the run.
- SQL statements are counted on the wire between server and PostgreSQL, in a run of its own.
- "Other load" is what the rest of the machine took of all cores meanwhile.
- The bare server does less: no schema, limits, error answers, request ids, metrics or log, and it is sent arguments, not documents.`,
      ...(asked.length > 0 ? [`## What is asked\n\n${asked.join('\n\n')}`] : []),
    );
  }
  return `${sections.join('\n\n')}\n`;
}
