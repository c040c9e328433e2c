import { number, percent, table } from './markdown.js';
import { heading, type MachineFacts } from './report.js';
import { READ_MODEL_MB, SCALE_CASES, SCALE_VERSIONS, type ScaleFigure } from './scale.js';
import { costOf } from './scale-drawing.js';
import type { SoakFigures } from './soak.js';

interface Common {
  title: string;
  facts: MachineFacts;
  took: number;
}

const setupOf = ({ side, processes, connections }: ScaleFigure) =>
  `${side}, ${processes} ${processes === 1 ? 'process' : 'processes'}, ${number(connections)} connections`;

/** What a request costs with more versions, connections and processes, as Markdown. */
export function scaleText(figures: readonly ScaleFigure[], { title, facts, took }: Common): string {
  const most = SCALE_VERSIONS[SCALE_VERSIONS.length - 1]!;
  const tables = SCALE_CASES.map((name) => {
    const ofCase = figures.filter((figure) => figure.name === name);
    const setups = [...new Set(ofCase.map(setupOf))];
    const rows = setups.map((setup) => {
      const each = SCALE_VERSIONS.map((versions) =>
        ofCase.find((figure) => setupOf(figure) === setup && figure.versions === versions)!,
      );
      const show = (value: (figure: ScaleFigure) => string) => each.map(value).join(' / ');
      return [
        setup,
        show((figure) => number(figure.figures.serverCpu)),
        show((figure) => number(figure.figures.databaseCpu)),
        `**${number(costOf(each.at(-1)!) / costOf(each[0]!), 2)}**`,
        show((figure) => number(figure.figures.perSecond)),
        show((figure) => number(figure.figures.p99, 1)),
        show((figure) => percent(figure.refused)),
      ];
    });
    return `## ${name}

${table([SCALE_VERSIONS.join(' / '), 'CPU per request, us', 'of PostgreSQL, us', `both, ${most} / 1`, 'requests/s', 'p99, ms', 'refused'], rows)}`;
  });
  return `${heading('Scale of the service', `${title}, copied under other names`, facts, took)}

What a request costs with ${SCALE_VERSIONS.join(', ')} versions of real size, each asked in turn: it must not grow with their number.

![CPU per request over the number of game versions](scale.svg)

${tables.join('\n\n')}

The service may use ${READ_MODEL_MB} MB for versions in memory. The processes are held to a core each, the first with nothing beside it, the second with PostgreSQL and the load: two processes share one
database, and half of the connections go to each. Requests/s of two are bounded by that core. Refused is what the
service answers with an error, as it would have waited too long for a connection of the database.
`;
}

/** What the service held under mixed load, as Markdown. */
export function soakText(soak: SoakFigures, { title, facts, took }: Common): string {
  const rows = soak.looks.map(({ minute, perSecond, heap, resident }) => [
    number(minute, soak.minutes < 10 ? 2 : 0),
    number(perSecond),
    number(heap),
    number(resident),
  ]);
  const { heap, resident } = soak.growth;
  return `${heading('Memory under load', `${title}, copied under other names`, facts, took)}

${number(soak.minutes, soak.minutes % 1 && 1)} minutes of mixed load over ${soak.versions} versions, ${number(soak.requests)} requests: lookups, one in seven with arguments inline, searches,
classes, the feed, translations, logs, and one proposal in a hundred. Garbage is collected before memory is read.

The last third beside the third before it: heap **${number(heap, 3)}**, resident **${number(resident, 3)}** (1 is flat).

${table(['minute', 'requests/s', 'heap, MB', 'resident, MB'], rows)}
`;
}
