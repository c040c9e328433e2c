/** One page as a test reads it. */
export interface WalkedPage<Row> {
  hasNextPage: boolean;
  endCursor: string | null;
  rows: Row[];
}

/** Reads a list to its end, page by page. @throws Error if it does not end */
export async function walk<Row>(
  read: (after: string | null) => Promise<WalkedPage<Row>>,
): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let after: string | null = null;
  for (let pages = 1; pages <= 1_000; pages++) {
    const page: WalkedPage<Row> = await read(after);
    rows.push(...page.rows);
    if (!page.hasNextPage) return { rows, pages };
    after = page.endCursor;
  }
  throw new Error('The list does not end.');
}
