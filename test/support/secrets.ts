import { expect } from 'vitest';
import type { TestDatabase } from './database.js';

/** Names under which an answer hands out, or an input brings, what nobody else may ever see. */
const SECRET_FIELDS = new Set([
  ...[
    'password',
    'current',
    'new',
    'newPassword',
    'token',
    'secret',
    'code',
    'challenge',
    'recoveryCode',
    'codes',
    'secondFactor',
  ],
  ...['recoveryCodes', 'key', 'totpSecret'],
]);

/** Too short to be looked for: they stand everywhere. */
const MIN_LENGTH = 10;

/** Every secret that a test minted or used, to be looked for where it must not be. */
export class MintedSecrets {
  readonly values = new Set<string>();

  add(value: unknown): void {
    if (typeof value === 'string' && value.length >= MIN_LENGTH) this.values.add(value);
    else if (Array.isArray(value)) for (const each of value) this.add(each);
  }

  /** Gathers the secrets that stand anywhere in an input or an answer. */
  gather(value: unknown): void {
    if (Array.isArray(value)) for (const each of value) this.gather(each);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (SECRET_FIELDS.has(name)) this.add(inner);
      this.gather(inner);
    }
  }

  /** SE1, SE13: fails the test if a text has one of them. @param where for the failure's message */
  expectNoneIn(text: string, where: string): void {
    const found = [...this.values].filter((secret) => text.includes(secret));
    expect(found, `secrets in ${where}`).toEqual([]);
  }
}

/** Tables of the account side, and whatever else a dump of the database would show of people. */
export async function dumpAccounts(db: TestDatabase): Promise<string> {
  const tables = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('mappings', 'declarations')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => db.query<{ text: string }>(`SELECT row_to_json(t)::text AS text FROM "${name}" t`)),
  );
  // As text, and as what bytes would spell: a secret kept as bytes is a secret kept.
  const text = rows.flat().map((row) => row.text);
  const bytes = [...text.join('\n').matchAll(/\\\\x([0-9a-f]+)/g)].map(([, hex]) =>
    Buffer.from(hex!, 'hex').toString('latin1'),
  );
  return [...text, ...bytes].join('\n');
}
