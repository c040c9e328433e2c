import { expect } from 'vitest';
import { FormatError } from '../../../src/modules/formats/index.js';

/** The error that a call throws, which must be a FormatError. */
export function formatError(call: () => unknown): FormatError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  }
  throw new Error('Nothing was thrown.');
}

export const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** Reproducible random numbers below `n` (mulberry32). */
export function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** Fastest of a few runs, in milliseconds. */
export function timeOf(run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/**
 * Holds that a run's time grows about as its input: for eight times the input it may take five times what linear growth allows,
 * where quadratic growth takes eight times that, and minutes at these sizes. Short times count as 20 ms, so that a busy machine
 * decides nothing.
 */
export function expectLinear(run: (input: string) => void, inputOf: (size: number) => string, size: number): void {
  const [small, large] = [inputOf(size), inputOf(8 * size)];
  const base = Math.max(
    20,
    timeOf(() => run(small)),
  );
  expect(timeOf(() => run(large))).toBeLessThan(base * 8 * 5);
}
