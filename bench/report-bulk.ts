import type { ExportFigures } from './export.js';
import type { FloodFigures } from './floods.js';
import type { ImportFigures } from './import.js';
import { median, number, ratio, table } from './markdown.js';
import type { MemoryFigures } from './memory.js';
import type { StartFigures } from './start.js';

export function exportsSection({ rounds, size, time }: ExportFigures): string {
  const rows = [
    ['COPY', time.copy],
    ['cold: read, written and compressed', time.cold],
    ['kept, unpacked for the reader', time.unpacked],
    ['kept, gzip', time.gzip],
    ['unchanged: 304', time.unchanged],
  ] as const;
  const lines = rows.map(([title, each]) => [
    title,
    number(each, each < 10 ? 2 : 0),
    number(size / each / 1_000, 1),
    `**${number(each / time.copy, each / time.copy < 0.1 ? 3 : 2)}**`,
  ]);
  return `## Exports

joined.tsrg, ${number(size / 1e6, 2)} MB, one reader, medians of ${rounds} rounds. "COPY" is \`COPY (SELECT …) TO STDOUT\` of the same lines through
node:http (\`bare-copy.ts\`): what \`psql \\copy\` does. Lower is better: the ratio is of the time of one export. MB are of the file
itself; one that travels compressed counts as what it unpacks to.

${table(['joined.tsrg', 'ms an export', 'MB/s', 'time beside COPY'], lines)}`;
}

export function importsSection({ entries, declarations, version, names, copy, rounds }: ImportFigures): string {
  const rows = entries + declarations;
  const whole = version.read + version.write;
  const perSecond = (count: number, seconds: number) => number(count / seconds);
  const shown = table(
    ['import', 'rows', 'seconds', 'rows/s', 'beside \\copy'],
    [
      ['game version: read, parse, write, analyse', number(rows), number(whole, 2), perSecond(rows, whole), copy ? ratio(copy.seconds, whole) : '-'],
      ['of that, in the database', number(rows), number(version.write, 2), perSecond(rows, version.write), copy ? ratio(copy.seconds, version.write) : '-'],
      ...(copy ? [['psql `\\copy` of the same rows, analyse', number(rows), number(copy.seconds, 2), perSecond(rows, copy.seconds), '1']] : []),
      ['name set: read, parse, write, analyse', number(names.rows), number(names.read + names.write, 2), perSecond(names.rows, names.read + names.write), '-'],
    ],
  ); // prettier-ignore
  const beside = copy
    ? `Beside it ${copy.version} copies the resulting rows into empty tables with the same columns, indexes and foreign keys.`
    : 'No psql was found, so there is nothing beside it.';
  return `## Imports

${shown}

${number(entries)} entries and ${number(declarations)} declarations into a fresh database; the median of ${rounds}, on all cores.
${beside}`;
}

export function startsSection(starts: readonly StartFigures[]): string {
  const middle = (key: keyof StartFigures) => median(starts.map((figures) => figures[key]));
  const rows = [
    ['PGlite alone, to its first row', 'pglite'],
    ['`npm start`, to the first `/readyz`', 'ready'],
    ['`npm start`, to the first answer of GraphQL', 'graphql'],
  ] as const;
  const lines = rows.map(([title, key]) => [
    title,
    number(middle(key)),
    `**${number(median(starts.map((figures) => figures[key] / figures.pglite)), 2)}**`,
  ]);
  return `## Start

From the start of the process, over one data folder that a first start has filled, in turn; medians of ${starts.length} rounds, on all cores.

${table(['', 'ms', 'beside PGlite'], lines)}`;
}

export function floodsSection(floods: readonly FloodFigures[]): string {
  const rows = floods.flatMap(({ title, before, during, after }) =>
    ([['before', before], ['slowest between', during], ['after', after]] as const).map(([when, moment]) => [
      `${title}: ${when}`,
      number(moment.perSecond),
      number(moment.cpu),
      number(moment.p99, 1),
      number(moment.heap),
      number(moment.resident),
    ]),
  ); // prettier-ignore
  const sent = floods.map(
    ({ title, documents, perSecond }) =>
      `- ${title}: ${number(documents)} documents, all different, ${number(perSecond)} a second`,
  );
  return `## Floods of new documents

What a lookup by variables costs before a flood, in pauses of it, and after it; garbage is collected before memory is read.

${table(['lookup', 'requests/s', 'CPU per request, us', 'p99, ms', 'heap, MB', 'resident, MB'], rows)}

${sent.join('\n')}`;
}

export function memorySection({ started, loaded, perVersion }: MemoryFigures, residents: Residents): string {
  const rows = [started, ...loaded].map(({ heap, resident }, versions) => [
    String(versions),
    number(heap),
    number(resident),
  ]);
  const servers = Object.entries(residents).map(([side, { before, after }]) => [side, number(before), number(after)]);
  const beside =
    servers.length === 0 ? '' : `\n\n${table(['server, resident MB', 'before the cases', 'after them'], servers)}`;
  return `## Memory

Of the service as real versions come into use one after the other: heap and buffers once garbage is collected, and the process. A version
adds **${number(perVersion.median)} MB** (the middle one; at most ${number(perVersion.most)}).

${table(['versions in use', 'heap, MB', 'resident, MB'], rows)}${beside}`;
}

/** What each server's process held before and after the cases, in MB. */
export type Residents = Readonly<Record<string, { before: number | null; after: number | null }>>;
