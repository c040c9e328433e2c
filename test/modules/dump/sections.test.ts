import { expect, test } from 'vitest';
import { columnOf, SECTIONS } from '../../../src/modules/dump/sections.js';
import { openTestDatabase } from '../../support/database.js';

/** Tables of which nothing is dumped: how people sign in, what they may do, what was done, and what a service needs to run. */
const PRIVATE_TABLES = [
  '_prisma_migrations',
  'api_tokens',
  'audit_events',
  'change_votes',
  'dump_pieces',
  'dumps',
  'identities',
  'oauth_clients',
  'oidc_records',
  'one_time_secrets',
  'passkeys',
  'passwords',
  'rate_limits',
  'recovery_codes',
  'release_requests',
  'reserved_handles',
  'role_grants',
  'scheduled_runs',
  'sessions',
  'signing_keys',
  'totp',
  'webhooks',
];

/** Columns that are left out of a table that is dumped: private ones, and those that follow from others. */
const LEFT_OUT: Record<string, string[]> = {
  users: [
    'erased_at',
    'handle_key',
    'handle_skeleton',
    'owner_id',
    'suspended_until',
    'suspension_reason',
    'token_epoch',
  ],
  game_versions: ['imports', 'sort_key'],
  mappings: ['short_name'],
  release_files: ['md5', 'sha1', 'sha512', 'size'],
  release_yanks: ['via'],
};

test('every table and column is dumped, or left out on purpose', async () => {
  const db = await openTestDatabase();
  try {
    const columns = await db.query<{ table: string; column: string }>(
      `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1, 2`,
    );
    const dumped = new Map(
      SECTIONS.map(({ table, fields, made = {} }) => [
        table,
        Object.keys(fields)
          .filter((field) => made[field] === undefined)
          .map(columnOf),
      ]),
    );
    const known = new Set([...PRIVATE_TABLES, ...dumped.keys(), 'history_head']);
    expect([...new Set(columns.map(({ table }) => table))].filter((table) => !known.has(table))).toEqual([]);
    for (const [table, kept] of dumped) {
      const all = columns.filter((each) => each.table === table).map(({ column }) => column);
      expect([...kept, ...(LEFT_OUT[table] ?? [])].sort(), table).toEqual(all.sort());
    }
  } finally {
    await db.close();
  }
});
