import type { NamesImportReport, UnknownName, VersionImportReport } from '../modules/imports/report.js';
import type { EntryComparison, GoneEntry } from '../modules/imports/version-import.store.js';
import type { CoverageRow } from '../modules/versions/versions.store.js';

// How many entries of a list are printed; --json has all of them.
const SHOWN = 20;

const KIND_WORDS = { CLASS: 'classes', METHOD: 'methods', FIELD: 'fields', PARAMETER: 'parameters' } as const;
const KINDS = Object.keys(KIND_WORDS) as (keyof typeof KIND_WORDS)[];
const number = (n: number) => n.toLocaleString('en');

function list<T>(items: readonly T[], line: (item: T) => string): string[] {
  const shown = items.slice(0, SHOWN).map((item) => `    ${line(item)}`);
  return items.length > SHOWN ? [...shown, `    … and ${number(items.length - SHOWN)} more (--json lists all)`] : shown;
}

function coverageLines(coverage: readonly CoverageRow[]): string[] {
  return coverage.map(({ kind, total, named }) => {
    const share = total === 0 ? '' : ` (${((100 * named) / total).toFixed(1)}%)`;
    return `  ${KIND_WORDS[kind].padEnd(10)} ${number(total).padStart(8)}, named ${number(named).padStart(8)}${share}`;
  });
}

const counts = (rows: EntryComparison['kept']) =>
  rows.map(({ kind, count }) => `${number(count)} ${KIND_WORDS[kind]}`).join(', ') || 'none';

const goneLine = ({ srg, name, documentation }: GoneEntry) =>
  `${srg}${name === null || name === srg ? '' : ` (${name}${documentation === null ? '' : ', documented'})`}`;

function comparisonLines({ kept, new: added, gone }: EntryComparison): string[] {
  const goneCounts = KINDS.map((kind) => ({ kind, count: gone.filter((entry) => entry.kind === kind).length }));
  return [
    `  kept: ${counts(kept)}`,
    `  new:  ${counts(added)}`,
    `  gone: ${counts(goneCounts.filter(({ count }) => count > 0))}`,
    ...list(gone, goneLine),
  ];
}

/** What an import of a game version did, for people. */
export function versionReportText(report: VersionImportReport): string {
  const { version, updated, isCurrent, unknownStaticness: unknown, strayConstructors, before, carried } = report;
  const lines = [
    `${updated ? 'Updated' : 'Imported'} ${version}${isCurrent ? ' (the current version)' : ''} from ${report.files.join(', ')}.`,
    ...coverageLines(report.coverage),
    `  declared: ${number(report.declarations.methods)} methods and ${number(report.declarations.fields)} fields in all classes`,
  ];
  if (unknown.methods > 0) {
    lines.push(
      `Of ${number(unknown.methods)} methods no file says whether they are static; the parameters of ` +
        `${number(unknown.withParameters)} of them are numbered as an instance method's.`,
    );
  }
  if (strayConstructors.length > 0) {
    lines.push(`${number(strayConstructors.length)} constructors are of classes that the mapping file does not have:`);
    lines.push(...list(strayConstructors, (line) => line));
  }
  if (before !== null) lines.push('Against what the version held before:', ...comparisonLines(before));
  if (carried !== null) {
    lines.push(`Against ${carried.from}:`, ...comparisonLines(carried));
    const taken = carried.taken.map(
      ({ kind, names, documentation }) =>
        `${number(names)} names and ${number(documentation)} documentations of ${KIND_WORDS[kind]}`,
    );
    lines.push(`  taken over: ${taken.join(', ') || 'nothing'}`);
  }
  if (report.removedSample !== null) lines.push(`The sample version ${report.removedSample} was removed.`);
  return lines.join('\n');
}

const unknownLine = ({ file, line, id, name }: UnknownName) => `${file}:${line}: ${id} ${name}`;

/** What an import of names did, for people. */
export function namesReportText(report: NamesImportReport): string {
  const files = report.files.map(({ file, rows }) => `${file} (${number(rows)} rows)`).join(', ');
  const lines = [
    `${report.staged ? 'Proposed' : 'Imported'} names of ${report.version} from ${files}.`,
    `  ${number(report.changes)} changes are ${report.staged ? 'staged' : 'committed'}.`,
  ];
  for (const { kind, matched, renamed, redocumented } of report.counts) {
    lines.push(
      `  ${KIND_WORDS[kind].padEnd(10)} ${number(matched).padStart(8)} met, ${number(renamed)} named anew, ` +
        `${number(redocumented)} documented anew`,
    );
  }
  if (report.unnamedRows > 0)
    lines.push(`${number(report.unnamedRows)} rows name nothing: the name is empty or repeats the id.`);
  if (report.repeated > 0)
    lines.push(`${number(report.repeated)} ids have several rows of one side; the last one counts.`);
  if (report.namedApart > 0) lines.push(`${number(report.namedApart)} entries are named apart on client and server.`);
  if (report.provedStatic > 0)
    lines.push(`${number(report.provedStatic)} methods were found to be static by their parameters.`);
  if (report.unknown.length > 0) {
    lines.push(`${number(report.unknown.length)} rows are of ids that ${report.version} does not have:`);
    lines.push(...list(report.unknown, unknownLine));
  }
  lines.push(`${report.version} now has:`, ...coverageLines(report.coverage));
  return lines.join('\n');
}

/** How many rows a dump has of each section that has any. */
export const countedRows = (rows: Readonly<Record<string, number>>): string[] =>
  Object.entries(rows)
    .filter(([, count]) => count > 0)
    .map(([section, count]) => `  ${section.padEnd(15)} ${number(count).padStart(10)}`);
