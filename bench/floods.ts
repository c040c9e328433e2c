import type { BenchCase } from './bench-case.js';
import type { HeldMemory } from './heap.js';
import { runSlice, type NextRequest } from './load.js';
import { figuresOf } from './measure.js';
import { inlineLookup } from './operations.js';
import { startObserved, type ServiceInput } from './one-service.js';
import { inMemory } from './servers.js';

/** What a lookup came to at one time of a flood. */
export interface FloodMoment extends HeldMemory {
  perSecond: number;
  /** Microseconds a lookup; null where it can't be read. */
  cpu: number | null;
  p99: number;
}

export interface FloodFigures {
  title: string;
  documents: number;
  /** Documents of the flood a second. */
  perSecond: number;
  before: FloodMoment;
  /** The slowest of the lookups between its parts. */
  during: FloodMoment;
  after: FloodMoment;
}

export interface FloodInput extends ServiceInput {
  version: string;
  /** What is asked while and after others flood the service. */
  lookup: BenchCase;
  documents: number;
  seconds: number;
}

/** In so many parts a flood is sent, with lookups between them. */
const PARTS = 6;

const FLOODS = [
  {
    title: 'arguments inline, each with other values',
    document: (i: number, version: string) => inlineLookup(`func_${i}_a`, version),
  },
  {
    title: 'each of another shape',
    document: (i: number, version: string) =>
      `{ a${i}: mapping(srg: "func_${i}_a", version: ${JSON.stringify(version)}) { srg b${i}: name } }`,
  },
];

/** Sends floods of documents that no one sent before, and looks at what a known query costs before, between and after. */
export async function measureFloods(input: FloodInput): Promise<FloodFigures[]> {
  const { version, lookup, documents, seconds } = input;
  const service = await startObserved(input);
  try {
    let asked = 0;
    const nextLookup = (): NextRequest => ({ body: lookup.exchange(asked++).ours });
    const moment = async (): Promise<FloodMoment> => {
      await runSlice(await service.target(), 0.5, nextLookup);
      const figures = figuresOf([await runSlice(await service.target(), seconds, nextLookup)]);
      return {
        perSecond: figures.perSecond,
        cpu: figures.serverCpu,
        p99: figures.p99,
        ...(await service.heap.held()),
      };
    };
    await runSlice(await service.target(), 2 * seconds, nextLookup);
    await inMemory(service.server, 1);
    const found: FloodFigures[] = [];
    for (const { title, document } of FLOODS) {
      let sent = 0;
      const next = (): NextRequest => ({ body: JSON.stringify({ query: document(sent++, version) }) });
      const before = await moment();
      const between: FloodMoment[] = [];
      let flooding = 0;
      for (let part = 0; part < PARTS; part += 1) {
        const slice = await runSlice(await service.target(), 0, next, { requests: Math.ceil(documents / PARTS) });
        flooding += slice.seconds;
        between.push(await moment());
      }
      const slowest = between.reduce((a, b) => (a.perSecond <= b.perSecond ? a : b));
      found.push({
        title,
        documents: sent,
        perSecond: sent / flooding,
        before,
        during: slowest,
        after: await moment(),
      });
      console.log(
        `flood, ${title}: ${Math.round(before.perSecond)} lookups/s before, ${Math.round(found.at(-1)!.after.perSecond)} after`,
      );
    }
    return found;
  } finally {
    await service.stop();
  }
}
