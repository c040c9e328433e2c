// What the service is measured against: node:http, a pool of `pg`, prepared statements and JSON written by hand. It answers
// the operations of cases.ts as well as we know how, and nothing else: no schema, no limits, no checks of its input.
// Settings: PORT, HOST, DATABASE_URL.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { propose } from './bare-propose.js';
import * as reads from './bare-reads.js';

const HANDLERS: Record<string, (input: never, headers: IncomingHttpHeaders) => Promise<string>> = {
  '/lookup': reads.lookup,
  '/search': reads.search,
  '/class': reads.classWithChanges,
  '/parameters': reads.classWithParameters,
  '/translate': reads.translate,
  '/deobfuscate': reads.deobfuscate,
  '/feed': reads.feed,
  '/propose': (input, headers) => propose(reads.pool, input, headers),
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
  void reads.pool.end();
});
