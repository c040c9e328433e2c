import type { Database } from '../src/db/index.js';
import type { BenchCase } from './bench-case.js';
import { withDatabase } from './database.js';
import type { HeldMemory } from './heap.js';
import { runSlice, type NextRequest } from './load.js';
import { startObserved, type ServiceInput } from './one-service.js';
import { readCases, type Subjects } from './read-cases.js';
import { writeCases } from './write-cases.js';

/** What is asked, of a hundred requests; the rest are lookups. */
const MIX: Readonly<Record<string, number>> = {
  inline: 15,
  search: 10,
  class: 8,
  feed: 6,
  translate: 3,
  deobfuscate: 1,
  propose: 1,
};

/** Looks at the memory within a soak. */
const LOOKS = 12;

export interface SoakFigures {
  minutes: number;
  versions: number;
  requests: number;
  looks: ({ minute: number; perSecond: number } & HeldMemory)[];
  /** The middle of the last third beside that of the third before it: 1 is flat. */
  growth: { heap: number; resident: number };
}

export interface SoakInput extends ServiceInput {
  versions: readonly string[];
  subjects: Subjects;
  minutes: number;
}

/** The mixed load: a hundred places, filled so that each kind is spread over them. */
function mixedLoad(cases: readonly BenchCase[]): () => NextRequest {
  const places: string[] = [];
  for (const [name, share] of Object.entries(MIX)) {
    for (let i = 0; i < share; i += 1) {
      let place = Math.floor((i * 100) / share + name.length) % 100;
      while (places[place] !== undefined) place = (place + 1) % 100;
      places[place] = name;
    }
  }
  const byName = new Map(cases.map((bench) => [bench.name, { bench, asked: 0 }]));
  let sent = 0;
  return () => {
    const entry = byName.get(places[sent++ % 100] ?? 'lookup')!;
    const { ours, headers } = entry.bench.exchange(entry.asked++);
    return { body: ours, headers };
  };
}

const middleOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Mixed load over all versions for some minutes: what is held must not grow. */
export async function measureSoak(input: SoakInput): Promise<SoakFigures> {
  const { versions, subjects, minutes, benchServer, database } = input;
  const proposals = await withDatabase(benchServer.url(database), (db: Database) =>
    writeCases(db, versions[0]!, subjects.ids, 'soak'),
  );
  const next = mixedLoad([...readCases(subjects, versions, 20_000), ...proposals]);
  const service = await startObserved(input);
  try {
    const looks: SoakFigures['looks'] = [];
    let requests = 0;
    const slices = Math.max(1, Math.ceil((minutes * 60) / LOOKS / 8));
    const seconds = (minutes * 60) / LOOKS / slices;
    for (let look = 0; look < LOOKS; look += 1) {
      const before = requests;
      for (let i = 0; i < slices; i += 1) {
        requests += (await runSlice(await service.target(), seconds, next)).requests;
      }
      const perSecond = (requests - before) / (seconds * slices);
      looks.push({ minute: ((look + 1) * minutes) / LOOKS, perSecond, ...(await service.heap.held()) });
      const { minute, heap, resident } = looks.at(-1)!;
      console.log(
        `soak, minute ${minute.toFixed(1)}: heap ${Math.round(heap)} MB, resident ${Math.round(resident)} MB`,
      );
    }
    const third = LOOKS / 3;
    const grown = (of: (look: HeldMemory) => number) =>
      middleOf(looks.slice(2 * third).map(of)) / middleOf(looks.slice(third, 2 * third).map(of));
    return {
      minutes,
      versions: versions.length,
      requests,
      looks,
      growth: { heap: grown(({ heap }) => heap), resident: grown(({ resident }) => resident) },
    };
  } finally {
    await service.stop();
  }
}
