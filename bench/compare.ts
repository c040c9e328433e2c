import { isDeepStrictEqual } from 'node:util';
import type { BenchCase, Exchange } from './cases.js';

interface Answer {
  data: unknown;
  errors?: unknown;
}

async function ask(url: string, body: string, credential: Record<string, string> = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...credential };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status} to ${body}:\n${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}

/** The path and both values of the first difference. */
function difference(ours: unknown, bare: unknown, path = 'data'): string {
  if (typeof ours === 'object' && typeof bare === 'object' && ours !== null && bare !== null) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(bare)])) {
      const [a, b] = [(ours as Record<string, unknown>)[key], (bare as Record<string, unknown>)[key]];
      if (!isDeepStrictEqual(a, b)) return difference(a, b, `${path}.${key}`);
    }
  }
  return `${path}: the service has ${JSON.stringify(ours)}, the bare server ${JSON.stringify(bare)}`;
}

/** Where both servers answer a case, without a slash at the end. */
export interface Addresses {
  ours: string;
  bare: string;
}

/** What the service is put beside: the bare server, or itself without a credential. */
const bareUrl = ({ barePath, credential }: BenchCase, { ours, bare }: Addresses): string =>
  `${credential === undefined ? bare : ours}${barePath}`;

/** Asks both servers the same and compares `data`. @throws Error with the first difference */
export async function compareAnswers(bench: BenchCase, { ours, bare }: Addresses): Promise<void> {
  for (const exchange of bench.exchanges.slice(0, bench.compared)) {
    const [a, b] = await Promise.all([
      ask(`${ours}/graphql`, exchange.ours, bench.credential),
      ask(bareUrl(bench, { ours, bare }), exchange.bare),
    ]);
    if (a.errors !== undefined) throw new Error(`The service refused ${exchange.ours}: ${JSON.stringify(a.errors)}`);
    if (!isDeepStrictEqual(a.data, b.data)) {
      throw new Error(`${bench.name}: the answers to ${exchange.bare} differ at ${difference(a.data, b.data)}`);
    }
  }
}

/** SQL statements a request, over requests that were asked before. */
export async function statementsPerRequest(
  bench: BenchCase,
  { ours, bare }: Addresses,
  count: { ours: () => number; bare: () => number },
): Promise<{ ours: number; bare: number }> {
  const asked = bench.exchanges.slice(0, Math.min(bench.compared, 50));
  const counted = async (counter: () => number, work: (exchange: Exchange) => Promise<Answer>) => {
    const before = counter();
    for (const exchange of asked) await work(exchange);
    return (counter() - before) / asked.length;
  };
  return {
    ours: await counted(count.ours, (exchange) => ask(`${ours}/graphql`, exchange.ours, bench.credential)),
    bare: await counted(bench.credential ? count.ours : count.bare, (exchange) =>
      ask(bareUrl(bench, { ours, bare }), exchange.bare),
    ),
  };
}
