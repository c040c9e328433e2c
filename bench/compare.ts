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

/** Asks both servers the same, or of a case that writes the like, and compares `data`. @throws Error with the first difference */
export async function compareAnswers(bench: BenchCase, addresses: Addresses): Promise<void> {
  const credential = await bench.credential?.();
  const compare = async (mine: Exchange, theirs: Exchange) => {
    const [a, b] = await Promise.all([
      ask(`${addresses.ours}/graphql`, mine.ours, { ...mine.headers, ...credential }),
      ask(bareUrl(bench, addresses), theirs.bare, theirs.headers),
    ]);
    if (a.errors !== undefined) throw new Error(`The service refused ${mine.ours}: ${JSON.stringify(a.errors)}`);
    const expected = { ours: mine.expected ?? b.data, bare: theirs.expected ?? a.data };
    for (const [found, wanted] of [[a.data, expected.ours], [expected.bare, b.data]] as const) {
      if (!isDeepStrictEqual(found, wanted)) {
        throw new Error(`${bench.name}: the answers to ${theirs.bare} differ at ${difference(found, wanted)}`);
      }
    }
  }; // prettier-ignore
  for (let i = 0; i < bench.compared; i++) await compare(bench.exchange(i), bench.exchange(i));
  for (const exchange of bench.refused ?? []) await compare(exchange, exchange);
}

/** SQL statements a request, over requests that were asked before. */
export async function statementsPerRequest(
  bench: BenchCase,
  { ours, bare }: Addresses,
  count: { ours: () => number; bare: () => number },
): Promise<{ ours: number; bare: number }> {
  const asked = Math.min(bench.compared, 50);
  const credential = await bench.credential?.();
  const counted = async (counter: () => number, work: (exchange: Exchange) => Promise<Answer>) => {
    const before = counter();
    for (let i = 0; i < asked; i++) await work(bench.exchange(i));
    return (counter() - before) / asked;
  };
  return {
    ours: await counted(count.ours, (exchange) =>
      ask(`${ours}/graphql`, exchange.ours, { ...exchange.headers, ...credential }),
    ),
    bare: await counted(bench.credential ? count.ours : count.bare, (exchange) =>
      ask(bareUrl(bench, { ours, bare }), exchange.bare, exchange.headers),
    ),
  };
}
