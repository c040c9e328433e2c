import type { SearchCursor, SearchHit, SearchTerms } from '../mappings/search.store.js';
import { MAPPING_KINDS } from '../mappings/mapping.js';
import { byBytes } from '../../shared/byte-order.js';
import { eachOfName } from './model-lookup.js';
import { isAscii, type VersionModel } from './version-model.js';

/** The best score of each entry met by itself, and of each short name; all zero between two questions. */
let entryScores = new Float64Array(0);
let nameScores = new Float64Array(0);

/** Rounds a score to six places as `round(…::numeric, 6)` does: a number of 15 digits, halves upwards. */
export function roundScore(score: number): number {
  const scaled = score * 1e6;
  const fraction = scaled - Math.floor(scaled);
  if (Math.abs(fraction - 0.5) > 1e-6) return Math.round(scaled) / 1e6;
  const [whole = '', decimals = ''] = score.toPrecision(15).split('.');
  const digits = BigInt(whole + decimals.slice(0, 6).padEnd(6, '0')) + (decimals[6]! >= '5' ? 1n : 0n);
  return Number(digits) / 1e6;
}

/** Whether a text is one that the model can search as the database does. */
export const isSearchable = (model: VersionModel, text: string): boolean =>
  model.isAscii && isAscii(text) && !text.includes('\0');

/** Hits of a search, best first: score, SRG id, id. */
class BestHits {
  private readonly found: { place: number; score: number }[] = [];

  constructor(
    private readonly model: VersionModel,
    private readonly after: SearchCursor | null,
    private readonly limit: number,
  ) {}

  private compare(place: number, score: number, than: { place: number; score: number }): number {
    const { srgs, ids } = this.model.entries;
    return than.score - score || byBytes(srgs[place]!, srgs[than.place]!) || ids[place]! - ids[than.place]!;
  }

  private isBehind(place: number, score: number, { score: last, srg, id }: SearchCursor): boolean {
    const { srgs, ids } = this.model.entries;
    return (last - score || byBytes(srgs[place]!, srg) || ids[place]! - id) > 0;
  }

  /** @returns false where the page is full of better ones: others of the score and kind with greater SRG ids are no better */
  take(place: number, score: number): boolean {
    const { found, limit, after } = this;
    if (found.length === limit && this.compare(place, score, found[limit - 1]!) > 0) return false;
    if (after !== null && !this.isBehind(place, score, after)) return true;
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(place, score, found[middle]!) > 0) low = middle + 1;
      else high = middle;
    }
    found.splice(low, 0, { place, score });
    if (found.length > limit) found.pop();
    return true;
  }

  get rows(): SearchHit[] {
    return this.found.map(({ place, score }) => Object.assign(this.model.entries.row(place), { score }));
  }
}

/** Calls back with what a search meets, some of it more than once, and how well it fits: entries, and short names by number. */
function eachMatch(
  model: VersionModel,
  match: 'PREFIX' | 'FUZZY',
  { text, parts }: SearchTerms,
  take: { entry: (place: number, score: number) => void; name: (number: number, score: number) => void },
): void {
  const { entries, shortNames, serverNames, classObfs, srgIndexes, called } = model;
  const exact = (place: number) => take.entry(place, 1);
  const ratio = (spelling: string) => text.length / Math.max(spelling.length, 1);
  entries.eachOfSrg(text, exact);
  if (text.includes('/')) eachOfName(model, text, exact);
  serverNames.each(text, exact);
  if (/^i?[0-9]{1,9}$/.test(text)) srgIndexes.each(Number(text.replace('i', '')), exact);
  classObfs.each(text, (place) => take.entry(place, 0.95));
  for (let kind = 0; kind < MAPPING_KINDS.length; kind++) {
    for (let place = entries.lowerBound(kind, text); place < entries.kindStarts[kind + 1]!; place++) {
      const srg = entries.srgs[place]!;
      if (!srg.startsWith(text)) break;
      take.entry(place, 0.7 + 0.2 * ratio(srg));
    }
  }
  shortNames.startingWith(text, (number, name) => take.name(number, name === text ? 1 : 0.7 + 0.2 * ratio(name)));
  if (match === 'PREFIX') return;
  if (parts !== null) {
    const pattern = new RegExp(parts.pattern);
    shortNames.withInitials(parts.initials, (number, name) => {
      if (pattern.test(name)) take.name(number, 0.5 + 0.2 * ratio(name));
    });
  }
  const lower = text.toLowerCase();
  shortNames.similarTo(text, (number, name, similarity) =>
    take.name(number, name.length === text.length && name.toLowerCase() === lower ? 0.9 : 0.5 * similarity),
  );
  called.once.each(text, (place) => take.entry(place, 0.45));
  called.staged.each(text, (place) => take.entry(place, 0.48));
}

/**
 * Calls back with every entry that a search meets, once, and its score. Those of one short name come in their order: where `call`
 * answers false, the others of the kind are passed over.
 */
function eachHit(
  model: VersionModel,
  match: 'PREFIX' | 'FUZZY',
  terms: SearchTerms,
  call: (place: number, score: number) => boolean,
): void {
  const { entries, shortNames } = model;
  const { kinds } = terms;
  if (entryScores.length < entries.count) entryScores = new Float64Array(entries.count);
  if (nameScores.length < shortNames.count) nameScores = new Float64Array(shortNames.count * 2);
  const met: { entries: number[]; names: number[] } = { entries: [], names: [] };
  eachMatch(model, match, terms, {
    entry: (place, score) => {
      if (entryScores[place] === 0) met.entries.push(place);
      if (score > entryScores[place]!) entryScores[place] = score;
    },
    name: (number, score) => {
      if (nameScores[number] === 0) met.names.push(number);
      if (score > nameScores[number]!) nameScores[number] = score;
    },
  });
  const isAsked = (place: number) => kinds === null || kinds.includes(entries.kindOf(place));
  for (const place of met.entries) {
    const number = shortNames.numberAt[place]!;
    const score = Math.max(entryScores[place]!, number === -1 ? 0 : nameScores[number]!);
    if (isAsked(place)) call(place, roundScore(score));
  }
  for (const number of met.names) {
    const score = roundScore(nameScores[number]!);
    const places = shortNames.placesOf(number);
    nameScores[number] = 0;
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      if (entryScores[place] !== 0 || !isAsked(place) || call(place, score)) continue;
      const end = entries.kindEnd(place);
      while (i + 1 < places.length && places[i + 1]! < end) i++;
    }
  }
  for (const place of met.entries) entryScores[place] = 0;
}

/** One page of hits, best first: what `searchPage` of the store answers to a text that is searchable. */
export function searchPage(
  model: VersionModel,
  match: 'PREFIX' | 'FUZZY',
  terms: SearchTerms,
  after: SearchCursor | null,
  limit: number,
): SearchHit[] {
  const best = new BestHits(model, after, limit);
  eachHit(model, match, terms, (place, score) => best.take(place, score));
  return best.rows;
}

export function searchCount(model: VersionModel, match: 'PREFIX' | 'FUZZY', terms: SearchTerms): number {
  let count = 0;
  eachHit(model, match, terms, () => (count += 1) > 0);
  return count;
}
