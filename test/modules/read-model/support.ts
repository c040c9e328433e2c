import { expect } from 'vitest';
import { HeldEntries, StoredEntries } from '../../../src/modules/mappings/entry-reader.js';
import type { MappingKind } from '../../../src/modules/mappings/mapping.js';
import { search, type Search } from '../../../src/modules/mappings/search.service.js';
import { isPlain, parseSpelling, type Spelling } from '../../../src/modules/mappings/spelling.js';
import { translate } from '../../../src/modules/mappings/translate.service.js';
import { ReadModels } from '../../../src/modules/read-model/read-models.js';
import type { VersionModel } from '../../../src/modules/read-model/version-model.js';
import type { TestService } from '../../support/service.js';

export const PLENTY = 1_000_000_000;

/** Waits until a version is in memory. */
export async function heldModel({ models }: Pick<TestService, 'models'>, name?: string): Promise<VersionModel> {
  for (;;) {
    const { id } = await models.version(name);
    const model = models.model(id);
    if (model !== null) return model;
    await models.settled();
  }
}

/** The same numbers each time. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x80000000;
}

type Roll = () => number;
const from = <T>(roll: Roll, list: ArrayLike<T>): T => list[Math.floor(roll() * list.length)]!;

/** A spelling a little wrong: cut, in small letters, with a letter more or less. */
function mangled(roll: Roll, text: string): string {
  const at = Math.floor(roll() * text.length);
  return from(roll, [
    text,
    text,
    text.slice(0, at + 1),
    text.slice(at),
    text.toLowerCase(),
    `${text.slice(0, at)}x${text.slice(at)}`,
    text.slice(0, at) + text.slice(at + 1),
  ]);
}

const shortOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** Spellings of what a version has, and some that it has not. */
class Spellings {
  constructor(
    private readonly model: VersionModel,
    private readonly roll: Roll,
  ) {}

  private any(): number {
    return Math.floor(this.roll() * this.model.entries.count);
  }

  name(): string {
    const { entries, declarations } = this.model;
    const place = this.any();
    return from(this.roll, [
      entries.names[place] ?? entries.srgs[place]!,
      shortOf(entries.names[place] ?? 'nothing'),
      entries.srgs[place]!,
      entries.srgs[place]!.replace(/^(?:func|field|p)_/, '').replace(/(?:_[a-z]+)?_?$/, ''),
      `i${entries.srgIndexes[place]}`,
      from(this.roll, declarations.obfs),
      from(this.roll, entries.obfs),
    ]);
  }

  initials(): string {
    const name = shortOf(this.model.entries.names[this.any()] ?? 'getBlock');
    return name.replace(/([A-Z]?[a-z0-9]{1,2})[a-z0-9]*/g, '$1');
  }

  private declaration() {
    const { declarations, entries } = this.model;
    const at = Math.floor(this.roll() * declarations.ids.length);
    const [owner, member] = [declarations.owners[at]!, declarations.members[at]!];
    return {
      owners: [entries.srgs[owner]!, entries.names[owner]!, entries.obfs[owner]!, shortOf(entries.names[owner]!)],
      members: [
        entries.srgs[member]!,
        entries.names[member] ?? 'x',
        declarations.obfs[at]!,
        `${entries.srgIndexes[member]}`,
      ],
      descriptors: ['', declarations.obfDescriptors[at] ?? '', declarations.srgDescriptors[at] ?? ''].filter(
        (descriptor) => descriptor === '' || descriptor.startsWith('('),
      ),
    };
  }

  member(): string {
    const { owners, members, descriptors } = this.declaration();
    const separator = from(this.roll, ['.', '/', '#', '::', ':', '@', '||']);
    const owner = this.roll() < 0.2 ? '' : from(this.roll, owners) + separator;
    return owner + from(this.roll, members) + from(this.roll, descriptors);
  }

  parameter(): string {
    const { entries } = this.model;
    const place = this.any();
    const method = entries.methods[place]!;
    if (method === -1) return 'p_1_1_';
    return `${from(this.roll, [entries.srgs[method]!, entries.names[method] ?? 'x'])}.${from(this.roll, [entries.srgs[place]!, entries.names[place] ?? 'x'])}`;
  }

  spelling(): string {
    const roll = this.roll();
    if (roll < 0.4) return mangled(this.roll, this.name());
    return roll < 0.8 ? this.member() : this.parameter();
  }

  query(): string {
    const roll = this.roll();
    if (roll < 0.7) return mangled(this.roll, this.name());
    return roll < 0.9 ? this.initials() : this.spelling().slice(0, 100);
  }

  parsed(count: number): Spelling[] {
    const found: Spelling[] = [];
    while (found.length < count) {
      try {
        found.push(parseSpelling(this.spelling()));
      } catch {
        // Mangled into nothing, or into half a descriptor.
      }
    }
    return found;
  }
}

const NAMESPACES = ['OBF', 'SRG', 'MCP'] as const;

/** What a search answers, cursors and count included, or how it refuses. */
async function searched(models: ReadModels, input: Search): Promise<unknown> {
  try {
    const { edges, hasNextPage, totalCount } = await search(models, input);
    const hits = edges.map(({ node, cursor }) => ({ node, cursor }));
    return { hits, last: hits.at(-1)?.cursor ?? null, hasNextPage, total: await totalCount() };
  } catch (error) {
    return String(error);
  }
}

/** Asks memory and database the same, many times. @param rounds of a lookup, a class, an entry and a search each */
export async function expectSameAnswers(
  { db, models }: Pick<TestService, 'db' | 'models'>,
  version: string,
  rounds: number,
  seed: number,
): Promise<void> {
  const { id } = await models.version(version);
  const model = await heldModel({ models }, version);
  const roll = dice(seed);
  const spellings = new Spellings(model, roll);
  const stored = new StoredEntries(db, id);
  const held = new HeldEntries(model, stored);
  const off = new ReadModels(db);
  const someKinds = (): MappingKind[] | null => from(roll, [null, null, ['METHOD'], ['CLASS', 'FIELD'], ['PARAMETER']]);

  for (const spelling of spellings.parsed(rounds)) {
    const kinds = someKinds();
    const what = JSON.stringify({ spelling, kinds });
    expect(held.findBySpelling(spelling, kinds), what).toEqual(await stored.findBySpelling(spelling, kinds));
    expect(held.classesByName(spelling.classes), what).toEqual(await stored.classesByName(spelling.classes));
    expect(held.mappingBySrg(spelling.bare), what).toEqual(await stored.mappingBySrg(spelling.bare));
    let after: string | null = null;
    const query = spellings.query();
    const match = from(roll, ['FUZZY', 'FUZZY', 'PREFIX'] as const);
    const first = from(roll, [1, 5, 20, 200]);
    for (let page = 0; page < 2; page++) {
      const input: Search = { query, version, kinds, match, page: { first, after } };
      const expected = await searched(off, input);
      expect(await searched(models, input), JSON.stringify(input)).toEqual(expected);
      after = (expected as { last?: string | null }).last ?? null;
      if (after === null) break;
    }
  }
  for (const from of NAMESPACES) {
    const asked = spellings.parsed(Math.ceil(rounds / 2));
    const bare = asked.map(({ bare: name, descriptor }) => (descriptor === null ? name : null));
    const classes = asked.map(({ classes: [name], descriptor }) => (descriptor === null ? name! : null));
    for (const to of NAMESPACES) {
      expect(held.translateBare([from, to], bare, classes)).toEqual(
        await stored.translateBare([from, to], bare, classes),
      );
    }
    const owned = asked.map(({ owned: parts, descriptor }) => ({
      owner: parts?.owners[0] ?? null,
      member: parts?.member ?? null,
      descriptor,
    }));
    expect(held.translateOwned(from, owned)).toEqual(await stored.translateOwned(from, owned));
    if (from === 'OBF') continue;
    const described = asked.map(({ bare: name, owned: parts, descriptor }) => ({
      name: parts === null && descriptor !== null ? name : null,
      descriptor,
    }));
    expect(held.translateDescribed(from, described)).toEqual(await stored.translateDescribed(from, described));
    const srgs = [...new Set(asked.map(({ bare: name }) => name))];
    for (const names of [srgs.filter((srg) => srg !== ''), srgs.filter(isPlain)]) {
      for (const to of NAMESPACES) {
        const input = { version, from, to, names };
        expect(await translate(models, input)).toEqual(await translate(off, input));
      }
    }
    expect(held.namesOf(srgs)).toEqual(await stored.namesOf(srgs));
  }
}
