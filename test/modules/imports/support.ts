import { expect } from 'vitest';
import type { Database } from '../../../src/db/index.js';
import { importNames } from '../../../src/modules/imports/names-import.service.js';
import { readNames, readVersion } from '../../../src/modules/imports/read-source.js';
import type { ImportSource } from '../../../src/modules/imports/sources/index.js';
import { importVersion, type VersionImport } from '../../../src/modules/imports/version-import.service.js';

import { AppError } from '../../../src/shared/errors.js';

export type Files = Record<string, string | Buffer>;

/** Files that lie nowhere. */
export const filesSource = (files: Files): ImportSource => ({
  description: 'memory',
  files: () => Object.keys(files).sort(),
  has: (path) => path in files,
  read: async (path) => Buffer.from(files[path]!),
  close: async () => undefined,
});

export type VersionOptions = Omit<VersionImport, 'version' | 'files' | 'fileNames'>;

/** Imports a version from files given by their text. */
export const importFiles = async (db: Database, version: string, files: Files, options: VersionOptions = {}) =>
  importVersion(db, { version, ...(await readVersion(filesSource(files))), ...options });

/** Imports a name set given by its text. */
export const importCsv = async (db: Database, version: string, files: Files) =>
  importNames(db, { version, files: await readNames(filesSource(files)) });

export interface Row {
  id: number;
  kind: string;
  srg: string;
  index: number | null;
  name: string | null;
  serverName: string | null;
  documentation: string | null;
  side: string;
  fixed: boolean;
  isStatic: boolean | null;
  isConstructor: boolean;
  obf: string | null;
  method: string | null;
  slot: number | null;
}

/** Everything a version holds, by kind and SRG id. */
export async function rowsOf(db: Database, version: string): Promise<Map<string, Row>> {
  const rows = await db.query<Row>(
    `SELECT m.id, m.kind, m.srg, m.srg_index AS index, m.name, m.server_name AS "serverName", m.documentation, m.side, m.fixed,
            m.is_static AS "isStatic", m.is_constructor AS "isConstructor", m.obf, o.srg AS method, m.slot
       FROM mappings m JOIN game_versions v ON v.id = m.version_id LEFT JOIN mappings o ON o.id = m.method_id
      WHERE v.name = $1 ORDER BY m.kind, m.srg`,
    [version],
  );
  return new Map(rows.map((row) => [row.srg, row]));
}

/** The names of a version's parameters by id, in the order of the slots; null for those without. */
export async function parametersOf(
  db: Database,
  version: string,
  method: string,
): Promise<Record<string, string | null>> {
  const rows = [...(await rowsOf(db, version)).values()].filter((row) => row.method === method);
  rows.sort((a, b) => a.slot! - b.slot!);
  return Object.fromEntries(rows.map(({ srg, name }) => [srg, name]));
}

/** `owner.obf descriptor => member, exceptions` of every declaration, in the order of the source. */
export async function declarationsOf(db: Database, version: string): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `SELECT o.srg || '.' || d.obf || ' ' || coalesce(d.obf_descriptor, '-') || ' ' || coalesce(d.srg_descriptor, '-') || ' => '
            || m.srg || CASE WHEN d.exceptions = '{}' THEN '' ELSE ' throws ' || array_to_string(d.exceptions, ' ') END AS line
       FROM declarations d JOIN mappings o ON o.id = d.owner_id JOIN mappings m ON m.id = d.member_id
       JOIN game_versions v ON v.id = d.version_id WHERE v.name = $1 ORDER BY d.id`,
    [version],
  );
  return rows.map(({ line }) => line);
}

/** Every row of every table, to compare a database with itself. */
export async function contents(db: Database): Promise<object> {
  const all = (table: string) => db.query(`SELECT * FROM ${table} ORDER BY id`);
  return {
    versions: await all('game_versions'),
    mappings: await all('mappings'),
    declarations: await all('declarations'),
  };
}

/** A small version with what real ones have: an id in unrelated classes under several obf names, library methods, constants. */
export const JOINED = `a net/minecraft/Alpha
	a field_1_a
	b field_2_b_
	ONE ONE
	a (IJLa;)V func_10_a
	b (La;D)Lc; func_11_b_
	c ()V func_12_c__
	d (II)V func_13_d
	equals (Ljava/lang/Object;)Z equals
b net/minecraft/Alpha$Beta
	a field_3_a
	q (IJLa;)V func_10_a
	equals (Ljava/lang/Object;)Z equals
c net/minecraft/Gamma
	z (IJLa;)V func_10_a
	a (Lb;)Z func_14_a
`;
export const CONSTRUCTORS = `100 net/minecraft/Alpha (I)V
101 net/minecraft/Gamma (JLnet/minecraft/Alpha;)V
`;

export const FILES = { 'joined.tsrg': JOINED, 'constructors.txt': CONSTRUCTORS };
/** A name set for it. */
export const NAMES = {
  'methods.csv': 'searge,name,side,desc\nfunc_10_a,tick,2,Ticks.\nfunc_14_a,isOpen,0,\nfunc_12_c__,reset,1,\n',
  'fields.csv': 'searge,name,side,desc\nfield_1_a,world,2,\nfield_1_a,world,0,"The world,\\nnot null."\n',
  'params.csv': 'param,name,side\np_10_1_,count,2\np_10_2_,time,2\np_i100_1_,size,0\n',
};
/** The names that were given, by id. */
export const named = (rows: Awaited<ReturnType<typeof rowsOf>>) =>
  Object.fromEntries(
    [...rows.values()]
      .filter(({ kind, name, fixed }) => kind !== 'CLASS' && name !== null && !fixed)
      .map((r) => [r.srg, r.name]),
  );
/** What `named` says of a version with NAMES. */
export const GIVEN = {
  func_10_a: 'tick',
  func_14_a: 'isOpen',
  func_12_c__: 'reset',
  field_1_a: 'world',
  p_10_1_: 'count',
  p_10_2_: 'time',
  p_i100_1_: 'size',
};

/** The refusal that ends a piece of work. */
export async function refused(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => expect.fail('Nothing was refused.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}
