import { isDeepStrictEqual } from 'node:util';
import type { BenchCase } from './cases.js';

interface Answer {
  data: unknown;
  errors?: unknown;
}

async function ask(url: string, body: string): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
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

/** Asks both servers the same and compares `data`. @throws Error with the first difference */
export async function compareAnswers(bench: BenchCase, { ours, bare }: Addresses): Promise<void> {
  for (const exchange of bench.exchanges.slice(0, bench.compared)) {
    const [a, b] = await Promise.all([
      ask(`${ours}/graphql`, exchange.ours),
      ask(`${bare}${bench.barePath}`, exchange.bare),
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
  const before = { ours: count.ours(), bare: count.bare() };
  for (const exchange of asked) {
    await ask(`${ours}/graphql`, exchange.ours);
    await ask(`${bare}${bench.barePath}`, exchange.bare);
  }
  return {
    ours: (count.ours() - before.ours) / asked.length,
    bare: (count.bare() - before.bare) / asked.length,
  };
}
