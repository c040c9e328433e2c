import { Permission } from '../src/auth/permissions.js';
import type { Database } from '../src/db/index.js';
import { historyHead } from '../src/modules/history/history.store.js';
import { letIn } from './access-token.js';
import type { BenchCase, Exchange } from './bench-case.js';
import { LOOKUP } from './operations.js';
import { signedIn } from './people.js';
import { exchanges, inTurn, readCases, readSubjects } from './read-cases.js';
import { writeCases } from './write-cases.js';

export const CASE_NAMES = [
  'floor',
  'lookup',
  'inline',
  'search',
  'class',
  'parameters',
  'translate',
  'deobfuscate',
  'feed',
  'session',
  'token',
  'jwt',
  'propose',
  'propose100',
] as const;

/** The operations over what the database holds; those that write come last. */
export async function createCases(db: Database, version: string): Promise<BenchCase[]> {
  const subjects = await readSubjects(db, version);
  const { changeSequence } = await historyHead(db);
  const lookups = exchanges({ document: LOOKUP, input: subjects.srgs.map((srg) => ({ srg, version })) });
  return [
    ...readCases(subjects, [version], changeSequence),
    ...(await credentialCases(db, lookups)),
    ...(await writeCases(db, version, subjects.ids)),
  ];
}

/** A lookup with each kind of credential, beside the same without. */
async function credentialCases(db: Database, lookups: readonly Exchange[]): Promise<BenchCase[]> {
  const permissions = [Permission.MAPPING_PROPOSE];
  const { userId, session, token } = await signedIn(db, 'bench', permissions);
  const credentials = [
    { name: 'session', title: 'lookup by id, signed in by cookie', credential: async () => session },
    { name: 'token', title: 'lookup by id, by API token', credential: async () => token },
    { name: 'jwt', title: 'lookup by id, by access token', credential: await letIn(db, userId, permissions) },
  ];
  const exchange = inTurn(
    lookups.map(({ ours }) => ({ ours, bare: ours })),
    'credentials',
  );
  const lookup = { operation: LOOKUP, barePath: '/graphql', exchange, ready: true, compared: 50 } as const;
  return credentials.map((each) => ({ ...each, ...lookup }));
}
