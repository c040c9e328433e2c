// Publishes a snapshot in a process of its own that a test may kill: says "ready" before, "done" after.
import { openDatabase } from '../../../src/db/index.js';
import { publishAsService } from '../../../src/modules/releases/publish.service.js';

const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, VERSION: version, NOW: now } = process.env;
const db = await openDatabase({ databaseUrl, dataDir });
await db.query('SELECT 1');
process.stdout.write('ready\n');
await publishAsService(db, { version: version!, channel: 'SNAPSHOT', now: new Date(now!), via: 'test' });
process.stdout.write('done\n');
await db.close();
