import type { Database } from './database.js';

/** Stands for a database while it opens, so that what is built on it can be made meanwhile; it is asked nothing before `opening` is done. */
export function whileOpening(kind: Database['kind'], opening: Promise<Database>): Database {
  let opened: Database | undefined;
  opening.then(
    (db) => (opened = db),
    () => undefined,
  );
  const db = () => {
    if (opened === undefined) throw new Error('The database is not open yet.');
    return opened;
  };
  return {
    kind,
    prisma: () => db().prisma(),
    get statementCount() {
      return db().statementCount;
    },
    query: (sql, values) => db().query(sql, values),
    transaction: (work) => db().transaction(work),
    exclusively: (work) => db().exclusively(work),
    listen: (...channel) => db().listen(...channel),
    close: async () => (await opening).close(),
  };
}
