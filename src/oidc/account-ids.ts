/** How accounts are called where others read it. */
export interface AccountIds {
  /** The global id of a user. */
  encode: (userId: number) => string;
  /** The user that a global id stands for; null for any other text. */
  decode: (accountId: string) => number | null;
}
