// Starts the built service once on an empty database, and keeps what V8 has compiled for it beside dist/service.cjs.
// A machine on which the service can not start builds without.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { COMPILED, load } from '../dist/load.js';

/** Milliseconds. */
const PATIENCE = 60_000;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const dataDir = mkdtempSync(join(tmpdir(), 'mcp-build-'));
process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }));

// V8 drops what has not run for a while: much of a start runs once.
setFlagsFromString('--no-flush-bytecode');
const port = await freePort();
Object.assign(process.env, { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'silent' });
const script = load('main.js');

const service = `http://127.0.0.1:${port}`;
const isReady = async () => (await fetch(`${service}/readyz`).catch(() => null))?.ok === true;
const giveUp = Date.now() + PATIENCE;
while (!(await isReady())) {
  if (Date.now() > giveUp) {
    console.error('The service does not start here: it is built without compiled code.');
    process.exit(0);
  }
  await sleep(50);
}
await fetch(`${service}/graphql?query=${encodeURIComponent('{ gameVersion { name } }')}`);
await fetch(service);
// What was compiled under other flags would be refused.
setFlagsFromString('--flush-bytecode');
writeFileSync(COMPILED, script.createCachedData());
process.kill(process.pid, 'SIGTERM');
