import type { Database } from '../src/db/index.js';
import type { BenchCase, Exchange } from './bench-case.js';
import { signedIn, type CredentialHeaders } from './people.js';

const PROPOSE = `mutation Propose($input: ProposeChangesInput!) {
  proposeChanges(input: $input) { changes { srg newName state } userErrors { code } }
}`;

/** Who proposes in turn: each may propose 50,000 changes an hour. */
const PROPOSERS = 32;

const BATCH = 100;

interface Edit {
  srg: string;
  name: string;
}

function proposal(version: string, changes: readonly Edit[], headers: CredentialHeaders): Exchange {
  const input = { version, force: true, changes };
  return {
    ours: JSON.stringify({ query: PROPOSE, variables: { input } }),
    bare: JSON.stringify(input),
    headers,
  };
}

/** Proposals of new names for the entries in turn: what was staged for them the last time around is superseded. */
function newNames(version: string, srgs: readonly string[], proposers: readonly CredentialHeaders[]) {
  let names = 0;
  let calls = 0;
  return (size: number) => (): Exchange => {
    const changes = Array.from({ length: size }, () => {
      names += 1;
      return { srg: srgs[names % srgs.length]!, name: `bench${names.toString(36)}` };
    });
    calls += 1;
    const staged = changes.map(({ srg, name }) => ({ srg, newName: name, state: 'STAGED' }));
    return {
      ...proposal(version, changes, proposers[calls % proposers.length]!),
      expected: { proposeChanges: { changes: staged, userErrors: [] } },
    };
  };
}

/** Two entries of a kind that stand in one class, methods with the same parameters, and what the second is called. */
async function neighbours(db: Database, kind: 'METHOD' | 'FIELD' | 'PARAMETER'): Promise<[string, string, string]> {
  const scope =
    kind === 'PARAMETER'
      ? `JOIN mappings b ON b.method_id = a.method_id`
      : `JOIN declarations x ON x.member_id = a.id JOIN declarations y ON y.owner_id = x.owner_id
           AND (a.kind = 'FIELD' OR split_part(y.srg_descriptor, ')', 1) = split_part(x.srg_descriptor, ')', 1))
         JOIN mappings b ON b.id = y.member_id`;
  const [found] = await db.query<{ one: string; other: string; name: string }>(
    `SELECT a.srg AS one, b.srg AS other, b.name FROM mappings a ${scope}
      WHERE a.kind = $1::text::mapping_kind AND b.kind = a.kind AND a.id <> b.id AND NOT a.fixed AND NOT b.fixed
        AND b.name ~ '^[a-z]\\w{3,31}$' AND a.name <> b.name ORDER BY md5(a.srg || b.srg) LIMIT 1`,
    [kind],
  );
  if (found === undefined) throw new Error(`No two entries of kind ${kind} stand beside each other.`);
  return [found.one, found.other, found.name];
}

/** Proposals that the rules refuse, so that neither server is quick by not looking. */
async function refusals(db: Database, version: string, srg: string, headers: CredentialHeaders): Promise<Exchange[]> {
  const edits: Edit[][] = ['class', '1st', 'x'.repeat(33), 'ünder'].map((name) => [{ srg, name }]);
  edits.push([{ srg: 'func_0_none', name: 'benchNothing' }]);
  for (const kind of ['METHOD', 'FIELD', 'PARAMETER'] as const) {
    const [one, other, name] = await neighbours(db, kind);
    edits.push([{ srg: one, name }]);
    edits.push([{ srg: one, name: 'benchTwice' }, { srg: other, name: 'benchTwice' }]); // prettier-ignore
  }
  const unnameable = await db.query<{ srg: string }>(
    `SELECT DISTINCT ON (is_constructor) srg FROM mappings WHERE fixed OR is_constructor ORDER BY is_constructor, srg`,
  );
  for (const entry of unnameable) edits.push([{ srg: entry.srg, name: 'benchFixed' }]);
  return edits.map((changes) => proposal(version, changes, headers));
}

/**
 * The cases that write; they come last, so that what they leave behind disturbs no others.
 * @param srgs entries that can be named
 * @param proposer the beginning of the handles of those who propose
 */
export async function writeCases(
  db: Database,
  version: string,
  srgs: readonly string[],
  proposer = 'benchproposer',
): Promise<BenchCase[]> {
  const people = await Promise.all(
    Array.from({ length: PROPOSERS }, (_, i) => signedIn(db, `${proposer}${i}`, ['MAPPING_PROPOSE', 'MAPPING_FORCE'])),
  );
  const proposers = people.map(({ token }) => token);
  const exchange = newNames(version, srgs, proposers);
  const shared = { barePath: '/propose', compared: 20 };
  return [
    {
      ...shared,
      name: 'propose',
      title: 'propose one name, by API token',
      operation: PROPOSE,
      exchange: exchange(1),
      refused: await refusals(db, version, srgs[0]!, proposers[0]!),
      writes: 1,
    },
    {
      ...shared,
      name: 'propose100',
      title: `propose ${BATCH} names in one call, by API token`,
      operation: `The same mutation with ${BATCH} changes.`,
      exchange: exchange(BATCH),
      writes: BATCH,
    },
  ];
}
