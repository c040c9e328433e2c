import type { BenchCase } from './bench-case.js';
import type { HeldMemory } from './heap.js';
import { startObserved, type ServiceInput } from './one-service.js';
import { readCases, type Subjects } from './read-cases.js';

export interface MemoryFigures {
  /** Once it has started, and answered what needs no version. */
  started: HeldMemory;
  /** After each version was used. */
  loaded: HeldMemory[];
  /** MB that a version adds: the middle one, and the most. */
  perVersion: { median: number; most: number };
}

const CASES = ['lookup', 'search', 'class', 'translate', 'deobfuscate'];

/** Questions of each kind to a version: enough that whatever is made at first use is made. */
const QUESTIONS = 5;

async function ask(url: string, cases: readonly BenchCase[]): Promise<void> {
  for (const { name, exchange } of cases) {
    if (!CASES.includes(name)) continue;
    for (let i = 0; i < QUESTIONS; i += 1) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: exchange(i).ours });
      await response.text();
    }
  }
}

/** Uses one version after the other, and looks at what the service holds. */
export async function measureMemory(
  input: ServiceInput & { versions: readonly string[]; subjects: Subjects },
): Promise<MemoryFigures> {
  const service = await startObserved(input);
  try {
    const casesOf = (version: string) => readCases(input.subjects, [version], 1_000);
    const floor = casesOf(input.versions[0]!).filter(({ name }) => name === 'floor');
    for (let i = 0; i < 50; i += 1) await ask(service.server.url, floor);
    const started = await service.heap.held();
    const loaded: HeldMemory[] = [];
    for (const version of input.versions) {
      const cases = casesOf(version);
      await ask(service.server.url, cases);
      // What is loaded beside the first answers is there by then.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await ask(service.server.url, cases);
      loaded.push(await service.heap.held());
      console.log(`memory: ${Math.round(loaded.at(-1)!.heap)} MB of heap with ${loaded.length} versions`);
    }
    const added = loaded.map(({ heap }, i) => heap - (loaded[i - 1] ?? started).heap).sort((a, b) => a - b);
    return { started, loaded, perVersion: { median: added[Math.floor(added.length / 2)]!, most: added.at(-1)! } };
  } finally {
    await service.stop();
  }
}
