import type { Metric, Registry } from 'prom-client';

/** Upper bounds of what is told apart, in seconds. */
const BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

type Labels<Name extends string> = Readonly<Record<Name, string | number>>;

interface Series<Name extends string> {
  labels: Labels<Name>;
  /** Up to each bound, and one for what is above the last. */
  counts: number[];
  /** Seconds. */
  sum: number;
}

export interface DurationsInput<Name extends string> {
  name: string;
  help: string;
  labelNames: readonly Name[];
  registry: Registry;
}

/**
 * A histogram in a registry of prom-client. The library's own checks, sorts and joins the labels for each observation, and a request
 * makes two: a twelfth of a lookup.
 */
export class Durations<Name extends string> {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  private readonly labelNames: readonly Name[];
  private readonly series = new Map<string, Series<Name>>();
  private last: Series<Name> | null = null;

  constructor({ name, help, labelNames, registry }: DurationsInput<Name>) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    // By its types a metric is of the library's own classes; a registry asks for no more than is here.
    registry.registerMetric(this as unknown as Metric);
  }

  observe(labels: Labels<Name>, seconds: number): void {
    // Most often it is the one of the observation before.
    const series = this.isLast(labels) ? this.last! : (this.last = this.seriesOf(labels));
    let at = 0;
    while (at < BOUNDS.length && seconds > BOUNDS[at]!) at += 1;
    series.counts[at]! += 1;
    series.sum += seconds;
  }

  /** What a registry shows. */
  async get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: [...this.series.values()].flatMap((each) => this.shown(each)) };
  }

  private isLast(labels: Labels<Name>): boolean {
    if (this.last === null) return false;
    for (const name of this.labelNames) if (labels[name] !== this.last.labels[name]) return false;
    return true;
  }

  private seriesOf(labels: Labels<Name>): Series<Name> {
    const key = JSON.stringify(this.labelNames.map((name) => labels[name]));
    let series = this.series.get(key);
    if (series === undefined) {
      const own = Object.fromEntries(this.labelNames.map((name) => [name, labels[name]])) as Labels<Name>;
      series = { labels: own, counts: new Array<number>(BOUNDS.length + 1).fill(0), sum: 0 };
      this.series.set(key, series);
    }
    return series;
  }

  private shown({ labels, counts, sum }: Series<Name>) {
    let count = 0;
    const buckets = [...BOUNDS, '+Inf'].map((le, i) => {
      count += counts[i]!;
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
