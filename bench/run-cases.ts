import { readFile } from 'node:fs/promises';
import { sidesOf, type BenchCase, type Side } from './bench-case.js';
import { compareAnswers, statementsPerRequest, type Addresses } from './compare.js';
import { withDatabase } from './database.js';
import { historyIsWhole, type HistoryCounts } from './history.js';
import { number } from './markdown.js';
import { measureCase, type CaseResult } from './measure.js';
import type { ServiceInput } from './one-service.js';
import { pinSelf, residentMegabytes } from './processes.js';
import type { Residents } from './report-bulk.js';
import { ownConnections, startServers, type Running } from './servers.js';
import { countStatements, type StatementCounter } from './statements.js';

type Statements = Map<string, Partial<Record<Side, number>>>;

export interface CasesInput extends ServiceInput {
  cases: readonly BenchCase[];
  peers: boolean;
  seconds: number;
  rounds: number;
}

export interface CasesResult {
  results: CaseResult[];
  /** Null where no case writes. */
  history: HistoryCounts | null;
  residents: Residents;
}

/** What PostGraphile's schema is made from, besides the tables. */
export async function preparePeers(url: string): Promise<void> {
  const functions = await readFile('bench/peers/postgraphile.sql', 'utf8');
  await withDatabase(url, async (db) => {
    for (const sql of functions.split(/;\n(?=\n|$)/)) if (sql.trim() !== '') await db.query(sql);
  });
}

/** Before anything is timed: are the answers the same, and how many statements does each take? */
async function checkAnswers({ cases, benchServer, database, entry, dataDir, peers }: CasesInput): Promise<Statements> {
  const counters = new Map<Side, StatementCounter>();
  const statements: Statements = new Map();
  try {
    for (const side of ['ours', 'bare', 'mercurius', 'postgraphile'] as const) {
      counters.set(side, await countStatements(benchServer.url(database)));
    }
    const url = (side: Side) => counters.get(side)!.url;
    const { servers, sides, stop } = await startServers({ entry, peers, dataDir, url });
    try {
      const addresses = Object.fromEntries(sides.map((side) => [side, servers[side].url])) as Addresses;
      for (const bench of cases) {
        const asked = sidesOf(bench, sides);
        await compareAnswers(bench, addresses, asked);
        const count = (side: Side) => counters.get(side)!.count();
        statements.set(bench.name, await statementsPerRequest(bench, addresses, asked, count));
      }
    } finally {
      await stop();
    }
  } finally {
    for (const counter of counters.values()) await counter.close();
  }
  console.log('All servers give the same answers.');
  return statements;
}

const residentsOf = ({ servers, sides }: Running) =>
  new Map(sides.map((side) => [side, residentMegabytes(servers[side].pid)]));

/** Compares the answers to all cases, and then measures them. */
export async function runCases(input: CasesInput): Promise<CasesResult> {
  const { cases, benchServer, database, entry, dataDir, peers, seconds, rounds } = input;
  const statements = await checkAnswers(input);
  const url = ownConnections(benchServer, database);
  const running = await startServers({ entry, peers, dataDir, url });
  pinSelf();
  const results: CaseResult[] = [];
  let residents: Residents;
  try {
    const before = residentsOf(running);
    const { servers } = running;
    for (const bench of cases) {
      const sides = sidesOf(bench, running.sides);
      const measured = await measureCase(bench, { benchServer, servers, sides, seconds, rounds });
      results.push({ ...measured, statements: statements.get(bench.name)! });
      const rates = sides.map((side) => `${side} ${number(measured.figures[side]!.perSecond)}`);
      console.log(`${bench.name}, requests/s: ${rates.join(', ')}`);
    }
    const after = residentsOf(running);
    residents = Object.fromEntries(
      running.sides.map((side) => [side, { before: before.get(side)!, after: after.get(side)! }]),
    );
  } finally {
    await running.stop();
  }
  const writes = cases.some((bench) => bench.writes !== undefined);
  const history = writes ? await withDatabase(benchServer.url(database), historyIsWhole) : null;
  return { results, history, residents };
}
