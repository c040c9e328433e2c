import { groupBy } from '../../shared/group-by.js';
import { MAPPING_KINDS, type MappingKind } from '../mappings/mapping.js';
import type { NameTarget } from '../name-sets/target.js';
import { countChanges, inSource, isRedocumented, type ComparedEntry, type ComparisonChange } from './compared-entry.js';
import type { Comparison } from './comparison.service.js';
import { code, codeBlock, linesOf } from './markdown.js';
import type { ToldReleases } from './told-releases.js';

const KIND_WORDS: Record<MappingKind, string> = {
  CLASS: 'class',
  METHOD: 'method',
  FIELD: 'field',
  PARAMETER: 'parameter',
};
const KIND_HEADS: Record<MappingKind, string> = {
  CLASS: 'Classes',
  METHOD: 'Methods',
  FIELD: 'Fields',
  PARAMETER: 'Parameters',
};

type Told = Exclude<ComparisonChange, 'REDOCUMENTED'>;

const SECTIONS: readonly { change: Told; title: string; words: string }[] = [
  {
    change: 'MOVED',
    title: 'Moved classes',
    words: 'Classes of the base under which the head has other names, told by the members that they share.',
  },
  { change: 'RENAMED', title: 'Renamed', words: 'Entries that are called otherwise.' },
  { change: 'ADDED', title: 'New names', words: 'Entries that had no name.' },
  { change: 'REMOVED', title: 'Removed names', words: 'Entries that have no name any more.' },
  { change: 'NEW', title: 'New entries', words: 'Named entries that only the game version of the head has.' },
  { change: 'GONE', title: 'Gone entries', words: 'Named entries that the game version of the head lacks.' },
];

/**
 * What two targets differ in, as Markdown: counts, the releases between them, then the names by class, then documentation. The same
 * names give the same text. Anyone's words stand in it as code.
 */
export function changelogOf(comparison: Comparison, releases: ToldReleases): string {
  const { base, head, names } = comparison;
  const parts = [
    `# From ${code(base.text)} to ${code(head.text)}\n`,
    [sideText('Base', base), sideText('Head', head)].join(''),
    names.entries.length === 0 ? 'No name and no documentation differs.\n' : countsTable(names.entries),
    ...releasesText(releases),
  ];
  for (const { change, title, words } of SECTIONS) {
    const entries = names.entries.filter((entry) => entry.change === change);
    if (entries.length > 0)
      parts.push(
        `## ${title}\n`,
        `${words}\n`,
        change === 'MOVED' ? entries.map(lineOf).join('') : byClass(entries, lineOf),
      );
  }
  const redocumented = names.entries.filter(isRedocumented);
  if (redocumented.length > 0) parts.push('## Documentation\n', byClass(redocumented, documentationOf));
  return parts.join('\n');
}

function sideText(side: string, { release, staged, version }: NameTarget): string {
  const names = release === null ? 'the committed names' : `the release of ${day(release.publishedAt)}`;
  const draft = staged === 'NONE' ? '' : staged === 'ALL' ? ' with all proposals' : ' with the proposals of one user';
  return `- ${side}: game version ${code(version.name)}, ${names}${draft}\n`;
}

const day = (instant: Date): string => instant.toISOString().slice(0, 10);

function countsTable(entries: readonly ComparedEntry[]): string {
  const columns = ['moved', 'renamed', 'added', 'removed', 'new', 'gone', 'redocumented'] as const;
  const byKind = groupBy(entries, ({ kind }) => kind);
  const rows = MAPPING_KINDS.flatMap((kind) => {
    const counts = byKind.has(kind) ? countChanges(byKind.get(kind)!) : null;
    return counts === null ? [] : [[KIND_HEADS[kind], ...columns.map((column) => String(counts[column]))]];
  });
  const total = countChanges(entries);
  const table = [
    ['', 'Moved', 'Renamed', 'New names', 'Removed names', 'New entries', 'Gone entries', 'Only documentation'],
    ['---', ...columns.map(() => '---:')],
    ...rows,
    ['All', ...columns.map((column) => String(total[column]))],
  ];
  return table.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function releasesText({ releases, contributors }: ToldReleases): string[] {
  if (releases.length === 0) return [];
  const told = releases.map(({ name, publishedAt, notes }) => {
    const text = notes === null ? '' : `\n${codeBlock('text', linesOf(notes), '  ')}`;
    return `- ${code(name)}, ${day(publishedAt)}\n${text}`;
  });
  const thanks = contributors.map(({ handle, changes }) => `${code(handle)} (${changes})`).join(', ');
  return ['## Releases\n', told.join(''), ...(thanks === '' ? [] : [`Changes by ${thanks}.\n`])];
}

/** Entries under the class that carries them; those of no known class come last. */
function byClass(entries: readonly ComparedEntry[], text: (entry: ComparedEntry) => string): string {
  const groups = groupBy(entries, classOf);
  const classes = [...groups.keys()].sort((a, b) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
  return classes
    .map((name) => `### ${name === null ? 'Of no known class' : code(name)}\n\n${groups.get(name)!.map(text).join('')}`)
    .join('\n');
}

const classOf = ({ kind, srg, newName, oldName, newOwner, oldOwner }: ComparedEntry): string | null =>
  kind === 'CLASS' ? (newName ?? oldName ?? srg) : (newOwner ?? oldOwner);

const MORE = ({ classes }: ComparedEntry) => (classes > 1 ? `, in ${classes} classes` : '');

function lineOf(entry: ComparedEntry): string {
  const { kind, srg, method, change, oldName, newName } = entry;
  const [from, to] = [code(inSource(oldName, srg)), code(inSource(newName, srg))];
  const what = { MOVED: `${from} → ${to}`, RENAMED: `${from} → ${to}`, ADDED: to, REMOVED: from, NEW: to, GONE: from };
  const of = method === null ? '' : ` of ${code(method)}`;
  // A class without a community name has its id for its name.
  const id = kind === 'CLASS' && (oldName ?? newName) === srg ? '' : ` ${code(srg)}`;
  return `- ${what[change as Told]} (${KIND_WORDS[kind]}${id}${of}${MORE(entry)})\n`;
}

function documentationOf(entry: ComparedEntry): string {
  const { kind, srg, oldName, newName, oldDocumentation, newDocumentation } = entry;
  const marked = (mark: string, text: string | null) =>
    text === null ? [] : linesOf(text).map((line) => `${mark} ${line}`.trimEnd());
  const lines = [...marked('-', oldDocumentation), ...marked('+', newDocumentation)];
  const name = code(inSource(newName ?? oldName, srg));
  return `- ${name} (${KIND_WORDS[kind]} ${code(srg)}${MORE(entry)})\n\n${codeBlock('diff', lines, '  ')}`;
}
