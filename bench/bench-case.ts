import type { CredentialHeaders, SignIn } from './people.js';

/** What is measured, each over the same database. */
export const SIDES = ['ours', 'bare', 'mercurius', 'postgraphile'] as const;
export type Side = (typeof SIDES)[number];

/** GraphQL servers of others, which are asked what they would be used for. */
export type Peer = Exclude<Side, 'ours' | 'bare'>;
export const PEERS: readonly Peer[] = ['mercurius', 'postgraphile'];

/** One request to any of the servers: the same question. */
export interface Exchange {
  /** To the service, and to Mercurius: the body of POST /graphql. */
  ours: string;
  /** To the bare server, or to the service without a credential: the body of POST to the case's path. */
  bare: string;
  /** To PostGraphile: the body of POST /graphql. */
  postgraphile?: string;
  /** To all. */
  headers?: CredentialHeaders;
  /** What `data` must be, where it is known beforehand; else each answers what the others do. */
  expected?: unknown;
}

export interface BenchCase {
  name: string;
  title: string;
  /** What is asked, for the results. */
  operation: string;
  barePath: string;
  /** The request at an index; one that writes is a new one each time, so that it is new work for each server. */
  exchange: (index: number) => Exchange;
  /** So small and quick that the load is to have its requests ready: see {@link READY}. */
  ready?: true;
  /** How many of them are compared before anything is timed. */
  compared: number;
  /** What must be refused alike, compared as well and never timed. */
  refused?: readonly Exchange[];
  /** Changes that each request writes, for a case that does. */
  writes?: number;
  /** Signs the caller in. The service is then measured beside itself, asked the same without. */
  credential?: SignIn;
  /** The servers of others are asked too: what PostGraphile calls otherwise in the service's shape, and what of the service's it has. */
  peers?: { shape: (data: never) => unknown; asked?: (data: never) => unknown };
}

/** Requests that each connection has ready in such a case: many enough for no server to know them by heart. */
export const READY = 256;

/** Who is asked in a case, of those that run. */
export const sidesOf = (bench: BenchCase, running: readonly Side[]): Side[] =>
  running.filter((side) => side === 'ours' || side === 'bare' || bench.peers !== undefined);

/** The body of an exchange for one server. */
export const bodyFor = (side: Side, { ours, bare, postgraphile }: Exchange): string =>
  side === 'bare' ? bare : side === 'postgraphile' ? postgraphile! : ours;

/** Where a server answers a case. */
export const pathFor = (side: Side, { barePath }: BenchCase): string => (side === 'bare' ? barePath : '/graphql');

/** Who answers on a side: what a credential costs is measured beside the service itself. */
export const answering = (side: Side, { credential }: BenchCase): Side => (credential === undefined ? side : 'ours');
