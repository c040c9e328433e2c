import type {
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
  Transaction,
} from '@prisma/driver-adapter-utils';

/** How many statements were sent to the database. */
export interface StatementCounter {
  count: number;
}

function counted<A extends SqlDriverAdapter | Transaction>(adapter: A, counter: StatementCounter): A {
  return new Proxy(adapter, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      if (property === 'queryRaw' || property === 'executeRaw') {
        return (query: SqlQuery) => {
          counter.count += 1;
          return target[property](query);
        };
      }
      if (property === 'startTransaction') {
        return async (...args: Parameters<SqlDriverAdapter['startTransaction']>) =>
          counted(await (target as SqlDriverAdapter).startTransaction(...args), counter);
      }
      return (value as (...args: unknown[]) => unknown).bind(target);
    },
  });
}

/** Prisma's driver adapter, counting the statements that go through it. */
export function countingAdapter(
  factory: SqlMigrationAwareDriverAdapterFactory,
  counter: StatementCounter,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => counted(await factory.connect(), counter),
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}
