/** Counts what callers ask for and nobody has named. */
export interface Demand {
  /**
   * Costs no more than a few steps in memory.
   * @param address the caller's network address; null where there is none
   * @param entryIds unnamed entries that the caller's question met
   */
  note(address: string | null, entryIds: readonly number[]): void;
}

/** Counts nothing: for those who read without a service behind them. */
export const NO_DEMAND: Demand = { note: () => undefined };
