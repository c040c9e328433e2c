import { isDeepStrictEqual } from 'node:util';
import { answering, bodyFor, pathFor, type BenchCase, type Exchange, type Side } from './bench-case.js';

interface Answer {
  data: unknown;
  errors?: unknown;
}

async function post(url: string, body: string, credential: Record<string, string> = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...credential };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status} to ${body}:\n${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}

/** The path and both values of the first difference. */
function difference(ours: unknown, theirs: unknown, side: Side, path = 'data'): string {
  if (typeof ours === 'object' && typeof theirs === 'object' && ours !== null && theirs !== null) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const [a, b] = [(ours as Record<string, unknown>)[key], (theirs as Record<string, unknown>)[key]];
      if (!isDeepStrictEqual(a, b)) return difference(a, b, side, `${path}.${key}`);
    }
  }
  return `${path}: the service has ${JSON.stringify(ours)}, ${side} ${JSON.stringify(theirs)}`;
}

/** Where each server that runs is, without a slash at the end. */
export type Addresses = Readonly<Record<Side, string>>;

/** Asks one side of a case. @returns its data, in the service's shape */
async function ask(side: Side, bench: BenchCase, addresses: Addresses, exchange: Exchange): Promise<unknown> {
  const credential = side === 'ours' ? await bench.credential?.() : undefined;
  const url = addresses[answering(side, bench)] + pathFor(side, bench);
  const { data, errors } = await post(url, bodyFor(side, exchange), { ...exchange.headers, ...credential });
  if (errors !== undefined) throw new Error(`${side} refused ${bodyFor(side, exchange)}: ${JSON.stringify(errors)}`);
  return side === 'postgraphile' ? bench.peers!.shape(data as never) : data;
}

/** Asks all sides the same, or of a case that writes the like, and compares `data`. @throws Error with the first difference */
export async function compareAnswers(bench: BenchCase, addresses: Addresses, sides: readonly Side[]): Promise<void> {
  const compare = async (exchangeFor: () => Exchange) => {
    const asked = await Promise.all(
      sides.map(async (side) => {
        const exchange = exchangeFor();
        return { side, exchange, data: await ask(side, bench, addresses, exchange) };
      }),
    );
    const ours = asked[0]!.data;
    for (const { side, exchange, data } of asked) {
      const known = side === 'postgraphile' ? (bench.peers?.asked?.(ours as never) ?? ours) : ours;
      const wanted = exchange.expected ?? known;
      if (isDeepStrictEqual(data, wanted)) continue;
      throw new Error(
        `${bench.name}: the answers to ${bodyFor(side, exchange)} differ at ${difference(wanted, data, side)}`,
      );
    }
  };
  for (let i = 0; i < bench.compared; i++) await compare(() => bench.exchange(i));
  for (const exchange of bench.refused ?? []) await compare(() => exchange);
}

/** SQL statements a request of each side, over requests that were asked before. */
export async function statementsPerRequest(
  bench: BenchCase,
  addresses: Addresses,
  sides: readonly Side[],
  count: (side: Side) => number,
): Promise<Partial<Record<Side, number>>> {
  const asked = Math.min(bench.compared, 50);
  const statements: Partial<Record<Side, number>> = {};
  for (const side of sides) {
    const answers = answering(side, bench);
    const before = count(answers);
    for (let i = 0; i < asked; i++) await ask(side, bench, addresses, bench.exchange(i));
    statements[side] = (count(answers) - before) / asked;
  }
  return statements;
}
