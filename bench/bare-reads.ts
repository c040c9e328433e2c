// What the bare server reads, each with one prepared statement, and how it writes the answers.
import pg from 'pg';
import { PREPARE_PROPOSE } from './bare-propose.js';
import * as sql from './bare-sql.js';

type Row = (string | null)[];

export const pool: pg.Pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  options: '-c jit=off',
  // The pool waits for the promise, which its types do not say.
  onConnect: (client) => client.query(PREPARE_PROPOSE) as unknown as void,
});

// Values stay the text that PostgreSQL sent: they are only pasted into other text.
const types = { getTypeParser: () => (value: string) => value };

async function rows(name: string, text: string, values: unknown[]): Promise<Row[]> {
  const result = await pool.query<Row>({ name, text, values, rowMode: 'array', types } as pg.QueryArrayConfig);
  return result.rows;
}

/** Any text as JSON; names of Java and ids need no escaping and are pasted. */
const json = (text: string | null) => (text === null ? 'null' : JSON.stringify(text));
const plain = (text: string | null) => (text === null ? 'null' : `"${text}"`);

export async function lookup({ srg, version }: { srg: string; version: string }): Promise<string> {
  const [row] = await rows('lookup', sql.LOOKUP, [version, srg]);
  if (row === undefined) return '{"data":{"mapping":null}}';
  const [kind, id, name, documentation, side] = row;
  return (
    `{"data":{"mapping":{"kind":"${kind}","srg":"${id}","name":${plain(name!)},` +
    `"documentation":${json(documentation!)},"side":"${side}"}}}`
  );
}

export async function search({
  query,
  version,
  first,
}: {
  query: string;
  version: string;
  first: number;
}): Promise<string> {
  const found = await rows('search', sql.SEARCH, sql.searchValues(query, version, first + 1));
  let edges = '';
  const shown = Math.min(found.length, first);
  for (let i = 0; i < shown; i++) {
    const [score, kind, srg, name] = found[i]!;
    edges += `${i === 0 ? '' : ','}{"score":${score},"node":{"kind":"${kind}","srg":"${srg}","name":${plain(name!)}}}`;
  }
  const last = found[shown - 1];
  const cursor = last && Buffer.from(`[${last[0]},"${last[2]}",${last[4]}]`).toString('base64url');
  return (
    `{"data":{"search":{"edges":[${edges}],"pageInfo":{"hasNextPage":${found.length > first},` +
    `"endCursor":${cursor ? `"${cursor}"` : 'null'}}}}}`
  );
}

/** The rows of a class by its SRG name, and rarely by an obfuscated or short one; none for an unknown class. */
async function classRows(name: string, text: string, version: string, wanted: string): Promise<Row[]> {
  const found = await rows(name, text, [version, wanted]);
  if (found.length > 0) return found;
  const candidates = await rows('class_other', sql.CLASS_OTHER, [version, wanted]);
  if (candidates.length > 1) throw new Error(`${wanted} stands for several classes.`);
  return candidates.length === 0 ? [] : rows(name, text, [version, candidates[0]![0]!]);
}

interface ClassAsked {
  name: string;
  version: string;
}

/** @param more what stands before the member, and what hangs on it as JSON, which is the last column */
function classJson(found: Row[], before: (classObf: string) => string, more: (json: string | null) => string): string {
  if (found.length === 0) return '{"data":{"class":null}}';
  const [classSrg, className, classObf] = found[0]!;
  let nodes = '';
  for (const [, , , obf, obfDescriptor, srgDescriptor, srg, name, documentation, hanging] of found) {
    if (obf === null) break;
    nodes +=
      `${nodes === '' ? '' : ','}{"obf":"${obf}","obfDescriptor":${plain(obfDescriptor!)},` +
      `"srgDescriptor":${plain(srgDescriptor!)},${before(classObf!)}"member":{"srg":"${srg}",` +
      `"name":${plain(name!)},"documentation":${json(documentation!)},${more(hanging!)}}}`;
  }
  return `{"data":{"class":{"srg":"${classSrg}","name":${plain(className!)},"obf":"${classObf}","methods":{"nodes":[${nodes}]}}}}`;
}

/** Puts accounts in the place of their numbers, read in one statement. */
async function withAuthors(answer: string): Promise<string> {
  const ids = new Set(answer.match(/(?<="author":)\d+/g));
  if (ids.size === 0) return answer;
  const handles = new Map((await rows('authors', sql.AUTHORS, [[...ids]])) as [string, string][]);
  return answer.replace(/(?<="author":)\d+/g, (id) => `{"handle":"${handles.get(id)!}"}`);
}

export async function classWithChanges({ name, version }: ClassAsked): Promise<string> {
  const found = await classRows('class', sql.CLASS, version, name);
  return withAuthors(
    classJson(
      found,
      () => '',
      (changes) => `"changes":{"nodes":[${changes ?? ''}]}`,
    ),
  );
}

export async function classWithParameters({ name, version }: ClassAsked): Promise<string> {
  return classJson(
    await classRows('class_parameters', sql.PARAMETERS, version, name),
    (obf) => `"owner":{"obf":"${obf}"},`,
    (parameters) => `"parameters":${parameters ?? '[]'}`,
  );
}

export async function translate({ names, version }: { names: string[]; version: string }): Promise<string> {
  const found = await rows('translate', sql.TRANSLATE, [version, names.join('\n')]);
  const byId = new Map<string, Set<string>>();
  for (const [srg, name] of found) {
    const known = byId.get(srg!);
    if (known === undefined) byId.set(srg!, new Set([name!]));
    else known.add(name!);
  }
  let translations = '';
  for (const name of names) {
    const answers = byId.get(name);
    const [only] = answers?.size === 1 ? answers : [null];
    const candidates = answers === undefined ? '' : only ? `"${only}"` : [...answers].map(plain).join(',');
    translations += `${translations === '' ? '' : ','}{"from":${json(name)},"to":${plain(only ?? null)},"candidates":[${candidates}]}`;
  }
  return `{"data":{"translate":[${translations}]}}`;
}

const SRG_ID = /(?<![A-Za-z0-9])(?:func|field)_\d+_[A-Za-z]+_{0,2}|(?<![A-Za-z0-9_])p_(?:i\d+_\d+_|\d+_(?:\d+_)?)/g;

/** What an id as it stands in a text may be, the longest first: underscores at its end may belong to the text. */
function spellings(found: string): string[] {
  if (found.startsWith('p_')) return [found, ...(/^p_\d+_(?=\d+_$)/.exec(found) ?? [])];
  if (!found.endsWith('_')) return [found];
  return found.endsWith('__') ? [found, found.slice(0, -1), found.slice(0, -2)] : [found, found.slice(0, -1)];
}

export async function deobfuscate({ text, version }: { text: string; version: string }): Promise<string> {
  const asked = new Set((text.match(SRG_ID) ?? []).flatMap(spellings));
  const found = await rows('names', sql.NAMES, [version, [...asked].join('\n')]);
  const names = new Map(found as [string, string | null][]);
  const unknown = new Set<string>();
  let replaced = 0;
  const read = text.replace(SRG_ID, (whole) => {
    const candidates = spellings(whole);
    const id = candidates.find((candidate) => names.has(candidate));
    const name = id === undefined ? null : names.get(id)!;
    if (name === null) {
      unknown.add(id ?? candidates[0]!);
      return whole;
    }
    replaced += 1;
    return name + whole.slice(id!.length);
  });
  return JSON.stringify({ data: { deobfuscate: { text: read, replaced, unknown: [...unknown] } } });
}

const FEED_LENGTH = 50;

export async function feed({ after }: { after: string | null }): Promise<string> {
  const before = after === null ? null : (JSON.parse(Buffer.from(after, 'base64url').toString()) as number[])[0];
  const found = await rows('feed', sql.FEED, [before, FEED_LENGTH + 1]);
  const shown = Math.min(found.length, FEED_LENGTH);
  let nodes = '';
  for (let i = 0; i < shown; i++) {
    const [sequence, kind, srg, oldName, newName, state, createdAt, version, author] = found[i]!;
    nodes +=
      `${i === 0 ? '' : ','}{"sequence":${sequence},"kind":"${kind}","srg":"${srg}","oldName":${plain(oldName!)},` +
      `"newName":${plain(newName!)},"state":"${state}","createdAt":"${createdAt}","version":{"name":"${version}"},` +
      `"author":${author}}`;
  }
  const last = found[shown - 1];
  const cursor = last ? `"${Buffer.from(`[${last[0]}]`).toString('base64url')}"` : 'null';
  return withAuthors(
    `{"data":{"changes":{"nodes":[${nodes}],"pageInfo":{"hasNextPage":${found.length > FEED_LENGTH},"endCursor":${cursor}}}}}`,
  );
}
