// Puts the sample version into an empty database, as a first start does:  npx tsx prisma/seed.ts
import { readSettings } from '../src/app/env.js';
import { migrate, openDatabase } from '../src/db/index.js';
import { importSample } from '../src/modules/imports/sample.js';

const { DATABASE_URL, DATA_DIR } = readSettings();
const db = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: DATA_DIR });
await migrate(db);
const imported = await importSample(db);
console.log(imported ? 'The sample version is in.' : 'There is a version already; nothing was done.');
await db.close();
