import { Lru } from './lru.js';

/** What is costly to have: fetched once, however many ask for it at once, and kept while there is room. */
export class Kept<Value extends object> {
  private readonly values: Lru<Value>;
  private readonly fetching = new Map<string, Promise<Value | null>>();

  /** @param weigh see {@link Lru} */
  constructor(capacity: number, weigh?: (value: Value) => number) {
    this.values = new Lru(capacity, weigh);
  }

  /** @param fetch answers null for what is not there, which is not kept */
  get(key: string, fetch: () => Promise<Value>): Promise<Value>;
  get(key: string, fetch: () => Promise<Value | null>): Promise<Value | null>;
  async get(key: string, fetch: () => Promise<Value | null>): Promise<Value | null> {
    const known = this.values.get(key);
    if (known !== undefined) return known;
    let fetching = this.fetching.get(key);
    if (fetching === undefined) {
      fetching = fetch().finally(() => this.fetching.delete(key));
      this.fetching.set(key, fetching);
    }
    const value = await fetching;
    if (value !== null) this.values.set(key, value);
    return value;
  }
}
