import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { ExportFigures } from './export.js';
import type { FloodFigures } from './floods.js';
import type { HistoryCounts } from './history.js';
import type { ImportFigures } from './import.js';
import { READY } from './bench-case.js';
import { CONNECTIONS } from './load.js';
import { number } from './markdown.js';
import { backendsPinned, type CaseResult } from './measure.js';
import type { MemoryFigures } from './memory.js';
import { mustHoldSection } from './must-hold.js';
import { canPin } from './processes.js';
import {
  exportsSection,
  floodsSection,
  importsSection,
  memorySection,
  startsSection,
  type Residents,
} from './report-bulk.js';
import { askedSection, figuresTable, peersSection, proposals, ratios } from './report-requests.js';
import type { StartFigures } from './start.js';
import type { Settings } from './settings.js';

/** Where it was measured, with what, and when. */
export interface MachineFacts {
  machine: string;
  software: string;
  commit: string;
  date: string;
  loadBefore: number;
}

const MEASURED_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  node_modules: ['@apollo/server', 'graphql', 'type-graphql', 'graphql-shield', 'fastify', 'pg', 'dataloader', 'autocannon'],
  'bench/peers/node_modules': ['mercurius', 'graphql-jit', 'postgraphile'],
}; // prettier-ignore

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

async function versionOf(folder: string, name: string): Promise<string> {
  try {
    const text = await readFile(`${folder}/${name}/package.json`, 'utf8');
    return `${name} ${(JSON.parse(text) as { version: string }).version}`;
  } catch {
    return `no ${name}`;
  }
}

export async function machineFacts(postgresql: string, loadBefore: number): Promise<MachineFacts> {
  const packages = await Promise.all(
    Object.entries(MEASURED_PACKAGES).flatMap(([folder, names]) => names.map((name) => versionOf(folder, name))),
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

/** The beginning of each report. */
export const heading = (title: string, over: string, facts: MachineFacts, took: number): string => `# ${title}

Written by \`npm run bench\`; do not edit. Over ${over}.

- ${facts.machine}
- ${facts.software}
- ${facts.date} UTC, commit ${facts.commit}; the run took ${number(took)} s; load average before it ${number(facts.loadBefore, 2)}`;

function conditions(): string {
  if (!canPin) return 'The servers were not held to a core: there is no `taskset`, or only one core.';
  const database = backendsPinned
    ? 'PostgreSQL and the load to the rest'
    : 'the load to the rest; the connections of PostgreSQL could not be held and run on any';
  return `The servers are held to core 0 with \`taskset\`, ${database}. Other processes are not kept away: see "other load".`;
}

const howMeasured = (seconds: number, rounds: number): string => `## How it was measured

- Ours is \`node dist/main.js\` as in production, logs at \`warn\`. All servers run at once; only one is asked at a time.
- ${conditions()}
- autocannon, ${CONNECTIONS} connections, no pipelining. A warm-up, then slices of ${number(seconds, seconds % 1 && 1)} s in turn: ours, bare, ours, bare … ${rounds} of each.
  The ratio of each pair of slices shows how much noise there was. For floor, lookup and credentials each connection makes ${READY}
  requests before its slice and sends them in turn: the load would be slower than the servers if it made each anew.
- CPU is user and system time of all threads of the server's process, and of its connections' PostgreSQL processes.
- Where the server's core is not fully used, requests/s are bounded by PostgreSQL or by the load; CPU per request then says more.
- Before anything is timed, all are asked the same and their \`data\` must be equal; a failed request while timed ends the run.
- SQL statements are counted on the wire between server and PostgreSQL, in a run of its own.
- "Other load" is what the rest of the machine took of all cores meanwhile.
- The bare server does less: no schema, limits, error answers, request ids, metrics or log, and it is sent arguments, not documents.
  The servers of others do less too: no limits, no rules of who may see what, and just the fields that are asked for.`;

export interface ReportInput {
  title: string;
  facts: MachineFacts;
  results: CaseResult[];
  /** What both servers wrote; null where no case writes. */
  history: HistoryCounts | null;
  residents: Residents;
  imports: ImportFigures | null;
  exports: ExportFigures | null;
  starts: StartFigures[] | null;
  floods: FloodFigures[] | null;
  memory: MemoryFigures | null;
  /** What each step brought, as Markdown; null where it is left out. */
  steps: string | null;
  settings: Settings;
  took: number;
}

const BOTH = ['ours', 'bare'] as const;

/** The results as Markdown. */
export function reportText(input: ReportInput): string {
  const {
    title,
    facts,
    results: all,
    history,
    residents,
    imports,
    exports,
    starts,
    floods,
    memory,
    steps,
    settings,
    took,
  } = input;
  const results = all.filter(({ bench }) => bench.credential === undefined);
  const authenticated = all.filter(({ bench }) => bench.credential !== undefined);
  const credentials = 'with / without a credential';
  const sections = [
    heading('Speed of the service', title, facts, took),
    mustHoldSection({ results: all, exports, starts, floods, memory }),
    results.length > 0 &&
      `## Requests

"Bare" is node:http with a pool of \`pg\`, prepared statements and JSON written by hand (\`bare-server.ts\`), over the same
database. Higher is better for requests/s, lower for the rest.

${ratios(results, 'bare', 'ours / bare')}

${figuresTable(results, BOTH, 'ours / bare')}${history ? `\n\n${proposals(results, history)}` : ''}`,
    peersSection(results),
    authenticated.length > 0 &&
      `## Authentication

What it costs the service to know who calls: the same query with a credential and without one, in turn.

${ratios(authenticated, 'bare', credentials)}

${figuresTable(authenticated, BOTH, credentials)}`,
    floods && floodsSection(floods),
    memory && memorySection(memory, residents),
    imports && importsSection(imports),
    exports && exportsSection(exports),
    starts && startsSection(starts),
    steps !== null &&
      `## Scale

[SCALE.md](SCALE.md) has what requests cost with 1, 5 and 20 versions, 10 and 1,000 connections, 1 and 2 processes; [SOAK.md](SOAK.md)
the memory under an hour of mixed load.`,
    steps,
    all.length > 0 && howMeasured(settings.seconds, settings.rounds),
    all.length > 0 && askedSection(results.map(({ bench }) => bench)),
  ];
  return `${sections.filter((section) => typeof section === 'string').join('\n\n')}\n`;
}
