import type { Database } from '../db/index.js';
import type { NodeSource } from '../graphql/node.js';
import { MappingLoaders } from '../modules/mappings/mappings.loaders.js';
import { mappingNodes } from '../modules/mappings/mappings.nodes.js';
import * as mappings from '../modules/mappings/mappings.resolver.js';
import { SearchQueries } from '../modules/mappings/search.resolver.js';
import { VersionLoaders } from '../modules/versions/versions.loaders.js';
import { versionNodes } from '../modules/versions/versions.nodes.js';
import { GameVersionQueries, GameVersionResolver } from '../modules/versions/versions.resolver.js';

/** What modules are built from. */
export interface Services {
  db: Database;
  /** The base of every address that the service hands out. */
  publicUrl: string;
}

/** What a feature brings to the interface. */
export interface AppModule {
  /** Instances of its resolver classes. */
  resolvers: object[];
  /** Its types that have global ids. */
  nodes?: NodeSource[];
}

export type ModuleFactory = (services: Services) => AppModule;

const versionsModule: ModuleFactory = ({ db }) => ({
  resolvers: [new GameVersionQueries(db), new GameVersionResolver(new VersionLoaders(db), new MappingLoaders(db))],
  nodes: [versionNodes(db)],
});

const mappingsModule: ModuleFactory = ({ db }) => {
  const loaders = new MappingLoaders(db);
  return {
    resolvers: [
      new mappings.MappingQueries(db),
      new mappings.MappingResolver(new VersionLoaders(db)),
      new mappings.ClassResolver(loaders),
      new mappings.MethodResolver(loaders),
      new mappings.FieldOfClassResolver(loaders),
      new mappings.ParameterResolver(loaders),
      new SearchQueries(db),
    ],
    nodes: mappingNodes(db),
  };
};

/** Every feature of the service: adding one is one line. */
export const MODULES: readonly ModuleFactory[] = [versionsModule, mappingsModule];
