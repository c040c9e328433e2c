import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaClient } from './generated/client.js';
import { countingAdapter, type StatementCounter } from './statements.js';

/** Prisma's client over an adapter. To load it, and to read its data model, takes a tenth of a start: once somebody asks. */
export const prismaOver = (adapter: SqlMigrationAwareDriverAdapterFactory, counter: StatementCounter): PrismaClient =>
  new PrismaClient({ adapter: countingAdapter(adapter, counter) });
