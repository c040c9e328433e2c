import type { GraphQLSchema } from 'graphql';
import type { Database } from '../db/index.js';
import { NodeResolver } from '../graphql/node.js';
import { printAnnotatedSchema } from '../graphql/print.js';
import { createSchema } from '../graphql/schema.js';
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

/** The schema for reading alone, e.g. to print it: no database stands behind it. */
export function createOfflineSchema(): GraphQLSchema {
  const db = new Proxy({} as Database, {
    get: () => {
      throw new Error('No database stands behind this schema.');
    },
  });
  return createProjectSchema({ db, publicUrl: 'http://localhost' });
}

/** What schema.graphql holds. */
export const printProjectSchema = (): string => printAnnotatedSchema(createOfflineSchema());
