import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Durations } from '../../src/http/durations.js';

const METRIC = { name: 'a_duration_seconds', help: 'How long it took.', labelNames: ['route', 'status'] } as const;
const BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

const OBSERVED = [
  [{ route: '/graphql', status: 200 }, 0.000_4],
  [{ route: '/graphql', status: 200 }, 0.001],
  [{ route: '/graphql', status: 200 }, 0.3],
  [{ route: '/', status: 200 }, 0.025],
  [{ route: '/graphql', status: 500 }, 11],
  [{ route: '/graphql', status: 200 }, 2.500_1],
  [{ route: 'a', status: 'b c' }, 1],
  [{ route: 'a b', status: 'c' }, 1],
  [{ route: '"quoted" \\ \n', status: 200 }, 0],
] as const;

describe('the histogram of durations', () => {
  it("is shown to the letter as prom-client's own", async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const durations = new Durations({ ...METRIC, registry: ours });
    const histogram = new Histogram({ ...METRIC, buckets: BUCKETS, registers: [theirs] });
    expect(await ours.metrics()).toBe(await theirs.metrics());
    for (const [labels, seconds] of OBSERVED) {
      durations.observe(labels, seconds);
      histogram.observe(labels, seconds);
      expect(await ours.metrics()).toBe(await theirs.metrics());
    }
  });

  it('keeps what it was told of labels that the caller goes on to change', async () => {
    const registry = new Registry();
    const durations = new Durations({ ...METRIC, registry });
    const labels = { route: '/a', status: 200 };
    durations.observe(labels, 1);
    labels.route = '/b';
    durations.observe(labels, 1);
    const text = await registry.metrics();
    expect(text).toContain('a_duration_seconds_count{route="/a",status="200"} 1');
    expect(text).toContain('a_duration_seconds_count{route="/b",status="200"} 1');
  });
});
