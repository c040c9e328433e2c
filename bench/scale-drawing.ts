import { SCALE_CASES, SCALE_CONNECTIONS, SCALE_VERSIONS, type ScaleFigure } from './scale.js';

const PANEL = { width: 250, height: 190, left: 58, top: 64, gap: 66 };
const WIDTH = PANEL.left + SCALE_CASES.length * (PANEL.width + PANEL.gap) - PANEL.gap + 20;
const HEIGHT = PANEL.top + PANEL.height + 96;

interface Line {
  title: string;
  style: string;
  /** The figures of this line, of any case and number of versions. */
  has: (figure: ScaleFigure) => boolean;
}

const LINES: readonly Line[] = [
  ...[1, 2].flatMap((processes) =>
    SCALE_CONNECTIONS.map((connections, i): Line => ({
      title: `${processes} ${processes === 1 ? 'process' : 'processes'}, ${connections.toLocaleString('en')} connections`,
      style: `p${processes} c${i}`,
      has: (figure) => figure.side === 'ours' && figure.processes === processes && figure.connections === connections,
    })),
  ),
  { title: 'bare node:http + pg, 10 connections', style: 'bare', has: ({ side }) => side === 'bare' },
];

/** What one request costs: of the server and of its connections in the database, in microseconds. */
export const costOf = ({ figures: { serverCpu, databaseCpu } }: ScaleFigure): number =>
  (serverCpu ?? 0) + (databaseCpu ?? 0);

/** The next number above that reads well on an axis. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 8, 10].map((step) => step * unit).find((step) => step >= value)!;
}

// The colours are told apart by people who see few of them, on white and on black; lines differ by their dashes too.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .small { font-size: 11px } .title { font-weight: 600; font-size: 13px }
  .axis { stroke: #57606a } .grid { stroke: #d0d7de }
  .line { fill: none; stroke-width: 2 }
  .p1 { stroke: #0969da } .p2 { stroke: #bc4c00 } .bare { stroke: #6e7781 }
  .c1 { stroke-dasharray: 6 4 } .bare { stroke-dasharray: 2 3 }
  circle { stroke-width: 2; fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .axis { stroke: #8b949e } .grid { stroke: #30363d } circle { fill: #0d1117 }
    .p1 { stroke: #58a6ff } .p2 { stroke: #f0883e } .bare { stroke: #8b949e }
  }`;

const at = (value: number) => value.toFixed(1);
/** Versions stand as far apart as their logarithms. */
const across = (versions: number) =>
  24 + ((PANEL.width - 48) * Math.log(versions)) / Math.log(SCALE_VERSIONS[SCALE_VERSIONS.length - 1]!);

function panel(name: string, place: number, all: readonly ScaleFigure[]): string {
  const figures = all.filter((figure) => figure.name === name);
  const most = roundUp(Math.max(1, ...figures.map(costOf)));
  const up = (cost: number) => PANEL.height - (PANEL.height * cost) / most;
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = at(up(share * most));
    const label = (share * most).toLocaleString('en', { maximumFractionDigits: 1 });
    return `<line class="grid" x1="0" x2="${PANEL.width}" y1="${y}" y2="${y}"/><text class="small" x="-6" y="${y}" dy="4" text-anchor="end">${label}</text>`;
  });
  const ticks = SCALE_VERSIONS.map((versions) => {
    const x = at(across(versions));
    return `<line class="axis" x1="${x}" x2="${x}" y1="${PANEL.height}" y2="${PANEL.height + 4}"/><text class="small" x="${x}" y="${PANEL.height + 17}" text-anchor="middle">${versions}</text>`;
  });
  const lines = LINES.map(({ has, style }) => {
    const points = figures.filter(has).map((figure) => ({ x: across(figure.versions), y: up(costOf(figure)) }));
    const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
    const dots = points.map(({ x, y }) => `<circle class="${style.split(' ')[0]}" cx="${at(x)}" cy="${at(y)}" r="3"/>`);
    return `<path class="line ${style}" d="${path}"/>${dots.join('')}`;
  });
  return `<g transform="translate(${PANEL.left + place * (PANEL.width + PANEL.gap)} ${PANEL.top})">
<text class="title" x="0" y="-12">${name}</text>
${marks.join('\n')}
<line class="axis" x1="0" x2="${PANEL.width}" y1="${PANEL.height}" y2="${PANEL.height}"/>
${ticks.join('\n')}
<text class="small" x="${PANEL.width / 2}" y="${PANEL.height + 34}" text-anchor="middle">game versions</text>
${lines.join('\n')}
</g>`;
}

/** What a request costs over the number of game versions, as SVG: a panel for each case. */
export function drawScale(figures: readonly ScaleFigure[]): string {
  const legend = LINES.map(({ title, style }, i) => {
    const x = PANEL.left + (i % 3) * (PANEL.width + PANEL.gap);
    const y = PANEL.top + PANEL.height + 58 + Math.floor(i / 3) * 20;
    return `<path class="line ${style}" d="M${x} ${y - 4}h30"/><text class="small" x="${x + 38}" y="${y}">${title}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>CPU per request over the number of game versions</title>
<style>${STYLE}
</style>
<text class="title" x="${PANEL.left}" y="22">CPU per request, microseconds: the service and its connections in PostgreSQL</text>
${SCALE_CASES.map((name, i) => panel(name, i, figures)).join('\n')}
${legend.join('\n')}
</svg>
`;
}
