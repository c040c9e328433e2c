import type { Sql } from '../../db/index.js';
import { after, type Soon } from '../../shared/soon.js';
import type { Namespace } from '../formats/index.js';
import * as modelLookup from '../read-model/model-lookup.js';
import * as modelSearch from '../read-model/model-search.js';
import * as modelTranslate from '../read-model/model-translate.js';
import type { ReadModels } from '../read-model/read-models.js';
import type { VersionModel } from '../read-model/version-model.js';
import * as lookup from './lookup.store.js';
import type { MappingKind, MappingRow } from './mapping.js';
import { mappingBySrg } from './mappings.store.js';
import * as search from './search.store.js';
import type { Spelling } from './spelling.js';
import * as translate from './translate.store.js';

type Names = readonly (string | null)[];
type Described = Parameters<typeof translate.translateDescribed>[3];
type Owned = Parameters<typeof translate.translateOwned>[3];

/** Where a page of a search goes on, and how many rows it takes. */
interface Part {
  after: search.SearchCursor | null;
  limit: number;
}

/** What is read of the entries of one version, wherever from: the answers are the same. */
export interface EntryReader {
  mappingBySrg(srg: string): Soon<MappingRow | null>;
  findBySpelling(spelling: Spelling, kinds: readonly MappingKind[] | null): Soon<MappingRow[]>;
  classesByName(spellings: string[]): Soon<lookup.RankedClass[]>;
  searchPage(match: 'PREFIX' | 'FUZZY', terms: search.SearchTerms, part: Part): Soon<search.SearchHit[]>;
  searchCount(match: 'PREFIX' | 'FUZZY', terms: search.SearchTerms): Soon<number>;
  /** At once, what names mean that are nothing but SRG ids; null where they are to be asked for in the other ways. */
  translateIds(to: 'SRG' | 'MCP', names: readonly string[]): translate.Translated | null;
  translateBare(
    between: readonly [Namespace, Namespace],
    names: Names,
    classes: Names,
  ): Soon<translate.TranslatedEntry[]>;
  translateOwned(from: Namespace, asked: Owned): Soon<translate.TranslatedMember[]>;
  translateDescribed(from: Exclude<Namespace, 'OBF'>, asked: Described): Soon<translate.TranslatedMethod[]>;
  /** What SRG ids are called, in their order; undefined for those that the version lacks. */
  namesOf(srgs: readonly string[]): Soon<(translate.NamedEntry | undefined)[]>;
}

/** Reads in the database. */
export class StoredEntries implements EntryReader {
  constructor(
    private readonly db: Sql,
    private readonly versionId: number,
  ) {}

  mappingBySrg(srg: string) {
    return mappingBySrg(this.db, this.versionId, srg);
  }

  findBySpelling(spelling: Spelling, kinds: readonly MappingKind[] | null) {
    return lookup.findBySpelling(this.db, this.versionId, spelling, kinds);
  }

  classesByName(spellings: string[]) {
    return lookup.classesByName(this.db, this.versionId, spellings);
  }

  searchPage(match: 'PREFIX' | 'FUZZY', terms: search.SearchTerms, { after: behind, limit }: Part) {
    return search.searchPage(this.db, match, { ...terms, versionId: this.versionId }, behind, limit);
  }

  searchCount(match: 'PREFIX' | 'FUZZY', terms: search.SearchTerms) {
    return search.searchCount(this.db, match, { ...terms, versionId: this.versionId });
  }

  translateIds() {
    return null;
  }

  translateBare(between: readonly [Namespace, Namespace], names: Names, classes: Names) {
    return translate.translateBare(this.db, between, this.versionId, names, classes);
  }

  translateOwned(from: Namespace, asked: Owned) {
    return translate.translateOwned(this.db, from, this.versionId, asked);
  }

  translateDescribed(from: Exclude<Namespace, 'OBF'>, asked: Described) {
    return translate.translateDescribed(this.db, from, this.versionId, asked);
  }

  async namesOf(srgs: readonly string[]) {
    const found = new Map<string, translate.NamedEntry>();
    for (const named of await translate.namesOf(this.db, this.versionId, srgs)) found.set(named.srg, named);
    return srgs.map((srg) => found.get(srg));
  }
}

/** Reads in memory, and in the database what can be compared there alone. */
export class HeldEntries implements EntryReader {
  constructor(
    private readonly model: VersionModel,
    private readonly stored: StoredEntries,
  ) {}

  mappingBySrg(srg: string) {
    return modelLookup.mappingBySrg(this.model, srg);
  }

  findBySpelling(spelling: Spelling, kinds: readonly MappingKind[] | null) {
    return modelLookup.findBySpelling(this.model, spelling, kinds);
  }

  classesByName(spellings: string[]) {
    return modelLookup.classesByName(this.model, spellings);
  }

  searchPage(match: 'PREFIX' | 'FUZZY', terms: search.SearchTerms, part: Part): Soon<search.SearchHit[]> {
    const { model, stored } = this;
    const texts = [terms.text, part.after?.srg ?? ''];
    if (!texts.every((text) => modelSearch.isSearchable(model, text))) return stored.searchPage(match, terms, part);
    return modelSearch.searchPage(model, match, terms, part.after, part.limit);
  }

  searchCount(match: 'PREFIX' | 'FUZZY', terms: search.SearchTerms): Soon<number> {
    if (!modelSearch.isSearchable(this.model, terms.text)) return this.stored.searchCount(match, terms);
    return modelSearch.searchCount(this.model, match, terms);
  }

  translateIds(to: 'SRG' | 'MCP', names: readonly string[]) {
    return modelTranslate.translateIds(this.model, to, names);
  }

  translateBare(between: readonly [Namespace, Namespace], names: Names, classes: Names) {
    return modelTranslate.translateBare(this.model, between, names, classes);
  }

  translateOwned(from: Namespace, asked: Owned) {
    return modelTranslate.translateOwned(this.model, from, asked);
  }

  translateDescribed(from: Exclude<Namespace, 'OBF'>, asked: Described) {
    return modelTranslate.translateDescribed(this.model, from, asked);
  }

  namesOf(srgs: readonly string[]) {
    return modelTranslate.namesOf(this.model, srgs);
  }
}

/**
 * The entries of a version, or of the current one where none is given.
 * @param asked what they are asked for: the database has its own words for a NUL, which no text there can hold
 * @throws AppError NOT_FOUND naming what there is
 */
export const entriesOf = (
  models: ReadModels,
  version: string | null | undefined,
  asked: readonly string[],
): Soon<EntryReader> =>
  after(models.version(version), ({ id }) => {
    const stored = new StoredEntries(models.db, id);
    const model = asked.some((text) => text.includes('\0')) ? null : models.model(id);
    return model === null ? stored : new HeldEntries(model, stored);
  });
