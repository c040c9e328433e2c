import { statement, type Sql } from '../../db/index.js';

/** What a key has counted, and until when, in milliseconds since 1970. */
export interface Points {
  points: number;
  expire: number;
}

// $1 keys, $2 points, $3 when they end where they begin to count now, $4 now. In the order of the keys: two processes that count the
// same ones wait for each other, and not in a ring.
const ADD = statement(
  'limits_add',
  `INSERT INTO rate_limits AS r (key, points, expire)
   SELECT * FROM unnest((SELECT $1::text[]), (SELECT $2::int[]), (SELECT $3::bigint[])) AS a(key, points, expire) ORDER BY key
   ON CONFLICT (key) DO UPDATE SET
     points = CASE WHEN r.expire <= $4::bigint THEN excluded.points ELSE r.points + excluded.points END,
     expire = CASE WHEN r.expire <= $4::bigint THEN excluded.expire ELSE r.expire END
   RETURNING key, points, expire::float8 AS expire`,
);

interface Waiting {
  key: string;
  points: number;
  milliseconds: number;
  resolve: (counted: Points) => void;
  reject: (error: unknown) => void;
}

/** Counts in the table `rate_limits`: what is to be counted while a statement is under way goes together in the next one. */
export class PointsTogether {
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(private readonly db: Sql) {}

  /** Adds points to a key, which begins anew where it has ended. @returns what it has then */
  add(key: string, points: number, milliseconds: number): Promise<Points> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, points, milliseconds, resolve, reject });
      if (!this.busy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) await this.write(this.next());
    this.busy = false;
  }

  /** Takes the first of each key: one statement counts a key once. */
  private next(): Map<string, Waiting> {
    const group = new Map<string, Waiting>();
    const rest: Waiting[] = [];
    for (const each of this.waiting) {
      if (group.has(each.key)) rest.push(each);
      else group.set(each.key, each);
    }
    this.waiting = rest;
    return group;
  }

  private async write(group: ReadonlyMap<string, Waiting>): Promise<void> {
    const all = [...group.values()];
    const now = Date.now();
    try {
      const rows = await this.db.query<Points & { key: string }>(ADD, [
        all.map(({ key }) => key),
        all.map(({ points }) => points),
        all.map(({ milliseconds }) => now + milliseconds),
        now,
      ]);
      for (const row of rows) group.get(row.key)!.resolve(row);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
