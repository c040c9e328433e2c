// What the service is measured against: node:http, a pool of `pg`, prepared statements and JSON written by hand. It answers
// the operations of cases.ts as well as we know how, and nothing else: no schema, no limits, no checks of its input.
// Settings: PORT, HOST, DATABASE_URL.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { PREPARE_PROPOSE, propose } from './bare-propose.js';
import * as sql from './bare-sql.js';

type Row = (string | null)[];

const pool = new pg.Pool({
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

async function lookup({ srg, version }: { srg: string; version: string }): Promise<string> {
  const [row] = await rows('lookup', sql.LOOKUP, [version, srg]);
  if (row === undefined) return '{"data":{"mapping":null}}';
  const [kind, id, name, documentation, side] = row;
  return (
    `{"data":{"mapping":{"kind":"${kind}","srg":"${id}","name":${plain(name!)},` +
    `"documentation":${json(documentation!)},"side":"${side}"}}}`
  );
}

async function search({ query, version, first }: { query: string; version: string; first: number }): Promise<string> {
  const text = query.trim().replaceAll('.', '/');
  const parts = sql.partsOf(text);
  const found = await rows('search', sql.SEARCH, [
    version, text, sql.behindPrefix(text), parts?.initials, parts?.end, parts?.pattern, first + 1, /^i?\d{1,9}$/.test(text) ? text.replace('i', '') : null,
  ]); // prettier-ignore
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

async function classMembers({ name, version }: { name: string; version: string }): Promise<string> {
  let found = await rows('class', sql.CLASS, [version, name]);
  if (found.length === 0) {
    // Rarely: an obfuscated or short name.
    const candidates = await rows('class_other', sql.CLASS_OTHER, [version, name]);
    if (candidates.length === 0) return '{"data":{"class":null}}';
    if (candidates.length > 1) throw new Error(`${name} stands for several classes.`);
    found = await rows('class', sql.CLASS, [version, candidates[0]![0]!]);
  }
  const [classSrg, className, classObf] = found[0]!;
  let nodes = '';
  for (const [, , , obf, obfDescriptor, srgDescriptor, srg, memberName, documentation, parameters] of found) {
    if (obf === null) break;
    nodes +=
      `${nodes === '' ? '' : ','}{"obf":"${obf}","obfDescriptor":${plain(obfDescriptor!)},` +
      `"srgDescriptor":${plain(srgDescriptor!)},"owner":{"obf":"${classObf}"},"member":{"srg":"${srg}",` +
      `"name":${plain(memberName!)},"documentation":${json(documentation!)},"parameters":${parameters ?? '[]'}}}`;
  }
  return `{"data":{"class":{"srg":"${classSrg}","name":${plain(className!)},"obf":"${classObf}","methods":{"nodes":[${nodes}]}}}}`;
}

async function translate({ names, version }: { names: string[]; version: string }): Promise<string> {
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

const HANDLERS: Record<string, (input: never, headers: IncomingHttpHeaders) => Promise<string>> = {
  '/lookup': lookup,
  '/search': search,
  '/class': classMembers,
  '/translate': translate,
  '/propose': (input, headers) => propose(pool, input, headers),
};

const FLOOR = '{"data":{"__typename":"Query"}}';

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const handler = HANDLERS[request.url!];
  if (handler === undefined) return send(response, 200, FLOOR);
  handler(JSON.parse(body) as never, request.headers).then(
    (text) => send(response, 200, text),
    (error: unknown) => {
      console.error(error);
      send(response, 500, '{"errors":[{"message":"failed"}]}');
    },
  );
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => answer(request, body, response));
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  void pool.end();
});
