import { PEERS, type BenchCase, type Side } from './bench-case.js';
import type { HistoryCounts } from './history.js';
import { number, percent, ratio, significant, table } from './markdown.js';
import type { CaseResult, Figures } from './measure.js';

const spread = (pairs: number[]) => `${number(Math.min(...pairs), 2)} to ${number(Math.max(...pairs), 2)}`;
const statementsOf = (count: number | undefined) => (count === undefined ? '-' : number(count, count % 1 && 1));

/** How often the service does more, or takes more, than another server. */
export function ratios(results: readonly CaseResult[], beside: Side, heading: string): string {
  return table(
    [heading, 'requests/s', 'of each pair of slices', 'CPU per request', 'p99', 'SQL statements'],
    results.map(({ bench, figures, pairs, statements }) => [
      bench.title,
      `**${ratio(figures.ours!.perSecond, figures[beside]!.perSecond)}**`,
      spread(pairs[beside]!),
      `**${ratio(figures.ours!.serverCpu, figures[beside]!.serverCpu)}**`,
      ratio(figures.ours!.p99, figures[beside]!.p99),
      `${statementsOf(statements.ours)} / ${statementsOf(statements[beside])}`,
    ]),
  );
}

/** The figures behind the ratios. */
export function figuresTable(results: readonly CaseResult[], sides: readonly Side[], heading: string): string {
  const each = ({ figures }: CaseResult, show: (figures: Figures) => string) =>
    sides.map((side) => show(figures[side]!)).join(' / ');
  return table(
    [heading, 'requests/s', 'CPU per request, us', 'of PostgreSQL, us', 'p50, ms', 'p99, ms', 'core of the server', 'other load'],
    results.map((result) => [
      result.bench.title,
      each(result, ({ perSecond }) => number(perSecond)),
      each(result, ({ serverCpu }) => number(serverCpu)),
      each(result, ({ databaseCpu }) => number(databaseCpu)),
      each(result, ({ p50 }) => significant(p50)),
      each(result, ({ p99 }) => significant(p99)),
      each(result, ({ serverBusy }) => percent(serverBusy)),
      percent(result.otherLoad),
    ]),
  ); // prettier-ignore
}

const NAMES = { mercurius: 'Mercurius', postgraphile: 'PostGraphile' } as const;

/** The service beside the servers of others; nothing where none ran. */
export function peersSection(results: readonly CaseResult[]): string | null {
  const asked = results.filter(({ figures }) => PEERS.every((peer) => figures[peer] !== undefined));
  if (asked.length === 0) return null;
  const tables = PEERS.map((peer) => ratios(asked, peer, `ours / ${NAMES[peer]}`));
  return `## Beside servers of others

Mercurius with graphql-jit, prepared statements and loaders by hand (\`peers/mercurius.mjs\`), and PostGraphile 5
(\`peers/postgraphile.mjs\`), over the same database, in the same slices, with the same answers.

${tables.join('\n\n')}

${figuresTable(asked, PEERS, 'Mercurius / PostGraphile')}`;
}

/** How many changes a second each server writes, and that what both wrote is one history. */
export function proposals(results: readonly CaseResult[], { changes, decisions }: HistoryCounts): string {
  const rates = results.flatMap(({ bench: { title, writes }, figures: { ours, bare } }) =>
    writes === undefined
      ? []
      : [`- ${title}: **${number(ours!.perSecond * writes)}** changes/s, bare ${number(bare!.perSecond * writes)}`],
  );
  return `${rates.join('\n')}

Each proposal is new: entries in turn, each with a name that nothing had before. Both servers write to one history, of which one of
them holds the pen at a time; after the run its ${number(changes)} changes and ${number(decisions)} decisions were verified, as
\`verify-history\` does. Bare sends its statements in two messages, which are counted, and counts no tries against a limit.`;
}

/** What was sent, as GraphQL. */
export function askedSection(benches: readonly BenchCase[]): string {
  const asked = benches.map(({ title, operation }) => `${title}:\n\n\`\`\`graphql\n${operation}\n\`\`\``);
  return `## What is asked\n\n${asked.join('\n\n')}`;
}
