import type { Side } from './bench-case.js';
import type { ExportFigures } from './export.js';
import type { FloodFigures } from './floods.js';
import { CONNECTIONS } from './load.js';
import { median, number, quotient, table } from './markdown.js';
import type { CaseResult, Figures } from './measure.js';
import type { MemoryFigures } from './memory.js';
import type { StartFigures } from './start.js';

export interface Measured {
  results: readonly CaseResult[];
  exports: ExportFigures | null;
  starts: readonly StartFigures[] | null;
  floods: readonly FloodFigures[] | null;
  memory: MemoryFigures | null;
}

/** One promise: a figure that is at most, or at least, something. */
interface Target {
  what: string;
  limit: number;
  bound: 'most' | 'least';
  figure: number | null;
  unit?: string;
}

/** A flood is told from noise where it costs a tenth. */
const UNTOUCHED = 1.1;

/** What must hold, as far as it was measured. */
function targets({ results, exports, starts, floods, memory }: Measured): Target[] {
  const of = (name: string) => results.find(({ bench }) => bench.name === name);
  const beside = (name: string, side: Side, value: (figures: Figures) => number | null) => {
    const figures = of(name)?.figures;
    return figures?.ours && figures[side] ? quotient(value(figures.ours), value(figures[side])) : null;
  };
  const cpu = ({ serverCpu }: Figures) => serverCpu;
  const perSecond = (figures: Figures) => figures.perSecond;
  const p99 = (figures: Figures) => figures.p99;
  const most = (what: string, limit: number, figure: number | null, unit?: string): Target => ({ what, limit, bound: 'most', figure, unit }); // prettier-ignore
  const least = (what: string, limit: number, figure: number | null): Target => ({ what, limit, bound: 'least', figure }); // prettier-ignore
  const level = ['lookup', 'search', 'class'] as const;
  const peers = [
    ['mercurius', { lookup: 2, class: 3, search: 1.2 }],
    ['postgraphile', { lookup: 9, class: 3, search: 3.5 }],
  ] as const;
  return [
    ...level.flatMap((name) => [
      most(`${name}: CPU per request, ours / bare`, 1, beside(name, 'bare', cpu)),
      least(`${name}: requests/s, ours / bare`, 1, beside(name, 'bare', perSecond)),
    ]),
    most('one proposal: CPU per request, ours / bare', 1.1, beside('propose', 'bare', cpu)),
    least('one proposal: requests/s, ours / bare', 0.9, beside('propose', 'bare', perSecond)),
    ...[...level, 'propose'].map((name) => most(`${name}: p99, ours / bare`, 2, beside(name, 'bare', p99))),
    most('cold export: time, ours / COPY', 1.1, quotient(exports?.time.cold, exports?.time.copy)),
    most('kept export, gzip: time, ours / COPY', 0.05, quotient(exports?.time.gzip, exports?.time.copy)),
    ...peers.flatMap(([peer, limits]) =>
      Object.entries(limits).map(([name, limit]) =>
        least(`${name}: requests/s, ours / ${peer}`, limit, beside(name, peer, perSecond)),
      ),
    ),
    ...[['token', 'API token'], ['jwt', 'JWT']].map(([name, title]) =>
      most(`lookup: CPU, by ${title} / anonymous`, 1.15, beside(name!, 'bare', cpu)),
    ),
    most('lookup: CPU, arguments inline / variables', 1.3,
      quotient(of('inline')?.figures.ours?.serverCpu, of('lookup')?.figures.ours?.serverCpu)),
    ...(floods ?? []).flatMap(({ title, documents, before, after }) => [
      most(`lookup: CPU after / before ${number(documents)} documents, ${title}`, UNTOUCHED, quotient(after.cpu, before.cpu)),
      most(`memory after / before them (heap)`, UNTOUCHED, quotient(after.heap, before.heap)),
    ]),
    most('start to the first answer, `npm start` / opening PGlite', 2, starts && median(starts.map(({ graphql, pglite }) => graphql / pglite))),
    most('memory that a version adds', 60, memory?.perVersion.median ?? null, ' MB'),
  ]; // prettier-ignore
}

/** The promises with their figures. */
export function mustHoldSection(measured: Measured): string {
  const rows = targets(measured).map(({ what, limit, bound, figure, unit = '' }) => {
    const held = figure === null ? 'not measured' : (bound === 'most' ? figure <= limit : figure >= limit) ? 'yes' : '**no**';
    const digits = figure !== null && figure < 0.1 ? 3 : 2;
    return [what, `${bound === 'most' ? '≤' : '≥'} ${limit}${unit}`, figure === null ? '-' : number(figure, digits) + unit, held];
  }); // prettier-ignore
  return `## What must hold

${table(['', 'target', 'figure', 'held'], rows)}

p99 and requests/s are of this run's ${CONNECTIONS} connections; CPU per request is the steadier figure.`;
}
