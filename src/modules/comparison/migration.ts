import type { Tx } from '../../db/index.js';
import { csvCell, remapDescriptor } from '../formats/index.js';
import type { NameTarget } from '../name-sets/target.js';
import type { DetailedComparison } from './compare-names.js';
import { inSource, type ComparedEntry } from './compared-entry.js';
import { declaredMembers } from './comparison.store.js';

export const MIGRATION_FORMATS = ['csv', 'json', 'tsrg', 'xml'] as const;
export type MigrationFormat = (typeof MIGRATION_FORMATS)[number];

/** The media type of each format. */
export const MIGRATION_TYPES: Record<MigrationFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  tsrg: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

interface Targets {
  base: NameTarget;
  head: NameTarget;
}

/** What source code that was written against the base has to call things. Names here are as in source: an id where there is no name. */
interface MigratedName {
  kind: ComparedEntry['kind'];
  srg: string;
  change: ComparedEntry['change'];
  oldOwner: string | null;
  newOwner: string | null;
  classes: number;
  oldName: string;
  /** Null where the head's game version has nothing that it would be. */
  newName: string | null;
  ambiguous: boolean;
}

/** Source code can not have used what is new, and does not mind documentation. */
function* migrated(entries: readonly ComparedEntry[]): Generator<MigratedName> {
  for (const { kind, srg, change, oldOwner, newOwner, classes, oldName, newName, ambiguous } of entries) {
    if (change === 'NEW' || change === 'REDOCUMENTED') continue;
    const names = {
      oldName: inSource(oldName, srg),
      newName: change === 'GONE' ? null : inSource(newName, srg),
    };
    yield { kind, srg, change, oldOwner, newOwner, classes, ...names, ambiguous };
  }
}

/** The text of a migration file. */
export async function migrationText(
  tx: Tx,
  targets: Targets,
  comparison: DetailedComparison,
  format: MigrationFormat,
): Promise<string> {
  switch (format) {
    case 'csv':
      return csvText(comparison.entries);
    case 'json':
      return jsonText(targets, comparison.entries);
    case 'tsrg':
      return tsrgText(tx, targets, comparison);
    case 'xml':
      return xmlText(targets, comparison.entries);
  }
}

/** One row an entry, written like the name sets' own files: CRLF, minimal quoting. */
function csvText(entries: readonly ComparedEntry[]): string {
  let text = 'kind,srg,change,old_owner,new_owner,classes,old_name,new_name,ambiguous\r\n';
  for (const each of migrated(entries)) {
    const { kind, srg, change, oldOwner, newOwner, classes, oldName, newName, ambiguous } = each;
    const cells = [kind, srg, change, oldOwner ?? '', newOwner ?? '', String(classes), oldName, newName ?? ''];
    text += `${[...cells, ambiguous ? 'yes' : 'no'].map(csvCell).join(',')}\r\n`;
  }
  return text;
}

/** One object, with one entry a line. */
function jsonText({ base, head }: Targets, entries: readonly ComparedEntry[]): string {
  const side = ({ text, version }: NameTarget) => ({ target: text, gameVersion: version.name });
  const about = { format: 'mcp-migration', formatVersion: 1, base: side(base), head: side(head) };
  const lines = [...migrated(entries)].map((each) => JSON.stringify(each));
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n]`;
  return `${JSON.stringify(about).slice(0, -1)},"entries":${list}}\n`;
}

/**
 * TSRG from the base's names to the head's, as remappers of source code take it: what is ambiguous by its name alone is not by its
 * class and descriptor. It has every class of the base that moved or carries something that is called otherwise. What is gone is not in it.
 */
async function tsrgText(tx: Tx, { base }: Targets, { entries, baseClasses }: DetailedComparison): Promise<string> {
  const names = new Map<string, MigratedName & { newName: string }>();
  const classes = new Map<string, string>();
  for (const each of migrated(entries)) {
    const { newName } = each;
    if (newName === null || each.kind === 'PARAMETER') continue;
    if (each.kind === 'CLASS') classes.set(each.srg, newName);
    else names.set(`${each.kind} ${each.srg}`, { ...each, newName });
  }
  const mcpOf = (srg: string) => baseClasses.get(srg) ?? srg;
  const members = new Map<string, string>();
  const srgs = [...new Set([...names.values()].map(({ srg }) => srg))];
  for await (const rows of declaredMembers(tx, base.version.id, srgs)) {
    for (const { owner, kind, srg, descriptor } of rows) {
      const name = names.get(`${kind} ${srg}`);
      if (name === undefined || (kind === 'METHOD' && descriptor === null)) continue;
      const types = kind === 'METHOD' ? ` ${remapDescriptor(descriptor!, mcpOf)}` : '';
      members.set(owner, `${members.get(owner) ?? ''}\t${name.oldName}${types} ${name.newName}\n`);
    }
  }
  const owners = [...new Set([...classes.keys(), ...members.keys()])].sort();
  return owners
    .map((owner) => `${mcpOf(owner)} ${classes.get(owner) ?? mcpOf(owner)}\n${members.get(owner) ?? ''}`)
    .join('');
}

const XML_NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text as an attribute may have it: XML knows no control characters at all. */
const attribute = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ').replace(/[&<>"']/g, (character) => XML_NAMES[character]!);

/** Classes without a name of their own, of which source code can not speak. */
const ANONYMOUS_CLASS = /\$\d+(?:\$|$)/;

/** IntelliJ's migration map, which has room for classes alone: "Refactor | Migrate Packages and Classes". */
function xmlText({ base, head }: Targets, entries: readonly ComparedEntry[]): string {
  const javaName = (name: string) => attribute(name.replace(/[/$]/g, '.'));
  const lines = [...migrated(entries)].flatMap(({ kind, change, oldName, newName }) =>
    kind !== 'CLASS' || newName === null || change === 'SAME' || ANONYMOUS_CLASS.test(oldName)
      ? []
      : [`  <entry oldName="${javaName(oldName)}" newName="${javaName(newName)}" type="class"/>\n`],
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<migrationMap>\n',
    `  <name value="${attribute(`MCP ${base.text} to ${head.text}`)}"/>\n`,
    `  <description value="${attribute(`Classes from ${base.text} to ${head.text}`)}"/>\n`,
    '  <order value="0"/>\n',
    ...lines,
    '</migrationMap>\n',
  ].join('');
}
