import { UserErrorCode, type UserProblem } from '../../shared/user-errors.js';
import type { MappingRow } from '../mappings/mapping.js';
import type { EntryState } from './entries.store.js';
import { lockedWords } from './locked.js';
import { useProblems } from './name-problems.js';
import type { NameUse } from './name-uses.store.js';
import { documentationFault, nameFaults, normalDocumentation, type NameFault } from './naming-rules.js';

/** One edit as a caller asks for it. */
export interface WantedChange {
  /** An SRG id, or the number in it. */
  srg: string;
  /** Absent or null leaves the name as it is; empty takes it away. */
  name?: string | null;
  /** Absent or null leaves the documentation as it is; empty takes it away. */
  documentation?: string | null;
  /** The name that the edit was written against, null for none; absent where the caller does not say. */
  oldName?: string | null;
}

/** An edit whose entry was found, with what it comes to. */
export interface PlannedChange {
  /** Where it stands in the input. */
  position: number;
  entry: EntryState;
  name: string | null;
  documentation: string | null;
  /** Whether the name that would be carried next is another one than before. */
  renames: boolean;
}

const problem = (
  position: number,
  field: string,
  {
    code,
    message,
    severity,
  }: NameFault | { code: keyof typeof UserErrorCode; message: string; severity: 'ERROR' | 'WARNING' },
  conflictsWith: readonly MappingRow[] = [],
): UserProblem => ({
  code: UserErrorCode[code],
  message,
  severity,
  path: ['changes', String(position), field],
  conflictsWith,
});

const error = (
  position: number,
  field: string,
  code: keyof typeof UserErrorCode,
  message: string,
  conflicts?: MappingRow[],
) => problem(position, field, { code, message, severity: 'ERROR' }, conflicts);

/** What the entry is called now: by the change that is staged, or as committed. */
const effectiveName = ({ mapping, staged }: EntryState): string | null =>
  staged === null ? mapping.name : staged.name;

const effectiveDocumentation = ({ mapping, staged }: EntryState): string | null =>
  staged === null ? mapping.documentation : staged.documentation;

/** A class that is named without its package stays in it. */
function wantedName({ mapping }: EntryState, name: string): string | null {
  const plain = name.trim();
  if (plain === '') return null;
  if (mapping.kind !== 'CLASS') return plain;
  const path = plain.replaceAll('.', '/');
  const current = mapping.name ?? mapping.srg;
  return path.includes('/') ? path : current.slice(0, current.lastIndexOf('/') + 1) + path;
}

/** Finds the one entry of each edit. What can not be found or told apart becomes a problem. */
export function planChanges(
  wanted: readonly WantedChange[],
  found: readonly EntryState[][],
  version: string,
): { planned: PlannedChange[]; problems: UserProblem[] } {
  const planned: PlannedChange[] = [];
  const problems: UserProblem[] = [];
  const first = new Map<number, number>();
  wanted.forEach(({ srg, name, documentation }, position) => {
    const [entry, ...others] = found[position]!;
    if (entry === undefined) {
      problems.push(
        error(position, 'srg', 'NOT_FOUND', `${version} has no entry ${JSON.stringify(srg.slice(0, 100))}.`),
      );
      return;
    }
    if (others.length > 0) {
      const all = [entry, ...others].map(({ mapping }) => mapping);
      const ids = all.map((mapping) => mapping.srg).join(', ');
      problems.push(error(position, 'srg', 'AMBIGUOUS', `${srg} may be ${ids}: give the whole id.`, all));
      return;
    }
    const { id, srg: known } = entry.mapping;
    if (first.has(id)) {
      const message = `${known} is changed twice in this call, here and in number ${first.get(id)}.`;
      problems.push(error(position, 'srg', 'AMBIGUOUS', message, [entry.mapping]));
      return;
    }
    first.set(id, position);
    const before = effectiveName(entry);
    const next = name == null ? before : wantedName(entry, name);
    planned.push({
      position,
      entry,
      name: next,
      documentation: documentation == null ? effectiveDocumentation(entry) : normalDocumentation(documentation),
      renames: next !== before,
    });
  });
  return { planned, problems };
}

export interface CheckOptions {
  /** The user who proposes. */
  authorId: number;
  force: boolean;
  mayLock: boolean;
  /** Locks that have ended by then do not count. */
  now: Date;
}

/** What stands against the change of an entry as such, whatever the name is. */
function entryProblems(
  { position, entry, name, documentation, renames }: PlannedChange,
  wanted: WantedChange,
  options: CheckOptions,
) {
  const problems: UserProblem[] = [];
  const { mapping, staged, lock } = entry;
  const before = effectiveName(entry);
  if (wanted.oldName !== undefined && wanted.oldName !== before) {
    const now = before === null ? 'has no name now' : `is called ${before} now`;
    const whose = staged === null ? '' : `, by the proposal of ${staged.author ?? 'an import'}`;
    problems.push(error(position, 'oldName', 'STALE', `${mapping.srg} ${now}${whose}.`, [mapping]));
  }
  const isLocked = lock !== null && (lock.until === null || lock.until > options.now);
  if (isLocked && !(options.force && options.mayLock)) {
    problems.push(error(position, 'srg', 'LOCKED', lockedWords(mapping.srg, lock), [mapping]));
  }
  if (!renames && documentation === effectiveDocumentation(entry)) {
    problems.push(error(position, 'srg', 'NO_CHANGE', `${mapping.srg} has this name and documentation already.`));
  }
  if (!renames) return problems;
  if (mapping.isConstructor) {
    problems.push(
      error(
        position,
        'name',
        'CONSTRUCTOR',
        'A constructor is called like its class; its documentation can be changed.',
      ),
    );
  } else if (mapping.fixed) {
    problems.push(
      error(position, 'name', 'FIXED_NAME', `${mapping.srg} is readable by itself and takes no other name.`),
    );
  } else if (!options.force) {
    const problem = alreadyNamed(position, entry, name, options);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

/** A name is taken from an entry only by force; but everyone may take back or better their own proposal. */
function alreadyNamed(
  position: number,
  { mapping, staged }: EntryState,
  name: string | null,
  { authorId }: CheckOptions,
) {
  const tell = (message: string) => error(position, 'name', 'ALREADY_NAMED', message, [mapping]);
  const byForce = 'Renaming takes force.';
  if (staged !== null && staged.name !== mapping.name && staged.authorId !== authorId) {
    return tell(
      `${mapping.srg} is to be called ${staged.name ?? 'nothing'}, as ${staged.author ?? 'an import'} proposed. ${byForce}`,
    );
  }
  if (mapping.name !== null && name !== mapping.name)
    return tell(`${mapping.srg} is called ${mapping.name}. ${byForce}`);
  return null;
}

/** Everything that the rules say of edits, all of it at once. @param wanted by position @param uses of their names, by the entry */
export function checkChanges(
  planned: readonly PlannedChange[],
  wanted: readonly WantedChange[],
  uses: ReadonlyMap<number, readonly NameUse[]>,
  options: CheckOptions,
): UserProblem[] {
  return planned.flatMap((change) => {
    const { position, entry, name, documentation, renames } = change;
    const problems = entryProblems(change, wanted[position]!, options);
    if (renames && name !== null && !entry.mapping.fixed) {
      // Old names are kept, whatever the rules say of new ones.
      const faults = name === entry.mapping.name ? [] : nameFaults(entry.mapping.kind, name, entry.mapping.name);
      problems.push(...faults.map((fault) => problem(position, 'name', fault)));
      const path = ['changes', String(position), 'name'];
      const found = useProblems(name, uses.get(entry.mapping.id) ?? []);
      problems.push(...found.map((each) => ({ ...each, path })));
    }
    const fault = documentation === effectiveDocumentation(entry) ? null : documentationFault(documentation ?? '');
    if (fault !== null) problems.push(problem(position, 'documentation', fault));
    return problems;
  });
}
