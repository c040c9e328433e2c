// Commits everything that is staged in a version, in a process of its own that a test may kill: says "ready" before, "done" after.
import { RoleName } from '../../../src/auth/permissions.js';
import { openDatabase } from '../../../src/db/index.js';
import { commitChanges } from '../../../src/modules/changes/decide.service.js';
import { callerWith } from './support.js';

const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, VERSION: version, USER_ID: userId } = process.env;
const db = await openDatabase({ databaseUrl, dataDir });
const caller = callerWith(Number(userId), [RoleName.MAINTAINER]);
await db.query('SELECT 1');
process.stdout.write('ready\n');
await commitChanges(db, caller, { version });
process.stdout.write('done\n');
await db.close();
