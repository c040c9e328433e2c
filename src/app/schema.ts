import type { GraphQLSchema } from 'graphql';
import type { Database } from '../db/index.js';
import { NodeResolver } from '../graphql/node.js';
import { printAnnotatedSchema } from '../graphql/print.js';
import { createSchema } from '../graphql/schema.js';
import { NO_DEMAND } from '../modules/demand/demand.js';
import { PUBLIC_TARGETS } from '../modules/webhooks/targets.js';
import { KnownUsers } from '../modules/accounts/known-users.js';
import { UserLoaders } from '../modules/accounts/users.loaders.js';
import { ReadModels } from '../modules/read-model/read-models.js';
import { MODULES, type ModuleFactory, type Services } from './modules.js';

export interface ProjectSchemaOptions {
  modules?: readonly ModuleFactory[];
  publicMutations?: readonly string[];
}

/** The guarded schema of the whole service. @throws SchemaRuleError */
export function createProjectSchema(services: Services, options: ProjectSchemaOptions = {}): GraphQLSchema {
  const modules = (options.modules ?? MODULES).map((create) => create(services));
  const resolvers = [
    new NodeResolver(modules.flatMap(({ nodes = [] }) => nodes)),
    ...modules.flatMap((module) => module.resolvers),
  ];
  const instances = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  if (instances.size !== resolvers.length) throw new Error('A resolver class is registered twice.');
  return createSchema({
    resolvers: [...instances.keys()],
    get: (resolver) => instances.get(resolver)!,
    publicMutations: options.publicMutations,
  });
}

/** Stands for what is not there: whoever uses it learns so. */
const absent = <Thing extends object>(what: string): Thing =>
  new Proxy({} as Thing, {
    get: () => {
      throw new Error(`No ${what} stands behind this schema.`);
    },
  });

/** The schema for reading names alone, without accounts. */
export const createReadingSchema = (db: Database, publicUrl: string): GraphQLSchema =>
  createProjectSchema({
    db,
    publicUrl,
    auth: absent('account service'),
    models: new ReadModels(db),
    users: new UserLoaders(db, new KnownUsers(db, null)),
    demand: NO_DEMAND,
    webhookTargets: PUBLIC_TARGETS,
    tail: absent('history'),
    exports: absent('export'),
    comparisons: absent('comparison'),
    releaseRules: { confirmStable: false },
    releaseTail: absent('release'),
  });

/** The schema by itself, e.g. to print it: no database stands behind it. */
export const createOfflineSchema = (): GraphQLSchema => createReadingSchema(absent('database'), 'http://localhost');

/** What schema.graphql holds. */
export const printProjectSchema = (): string => printAnnotatedSchema(createOfflineSchema());
