import type { Database } from '../db/index.js';
import type { NodeSource } from '../graphql/node.js';

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

/** Every feature of the service: adding one is one line. */
export const MODULES: readonly ModuleFactory[] = [];
