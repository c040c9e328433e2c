import { openPostgresql } from '../../src/db/postgresql.js';
import { startTestService, type TestService, type TestServiceOptions } from './service.js';

/** Another process on the same database, or what comes nearest where that is in this one. Its end leaves the first one as it is. */
export async function startReplica(
  { db: first }: TestService,
  options: Omit<TestServiceOptions, 'db' | 'sample'> = {},
): Promise<TestService> {
  const { url } = first;
  const db = url === null ? first : Object.assign(openPostgresql({ url, poolSize: 4 }), { url });
  const replica = await startTestService({ ...options, db, sample: false });
  return {
    ...replica,
    async close() {
      await replica.close();
      if (db !== first) await db.close();
    },
  };
}
