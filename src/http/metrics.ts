import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { OperationOutcome } from '../graphql/plugins.js';

/** What the process counts, for Prometheus. Labels take few values each: routes, never addresses or names. */
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers: [this.registry],
  });

  private readonly operations = new Histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Time to execute a GraphQL operation, by its type and by OK or the code of its first error.',
    labelNames: ['type', 'code'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers: [this.registry],
  });

  private readonly subscriptions = new Gauge({
    name: 'graphql_subscriptions_open',
    help: 'Subscriptions that are open, over WebSocket and as streams of events.',
    registers: [this.registry],
  });

  /** @param statementCount how many SQL statements the process has sent */
  constructor(statementCount: () => number) {
    collectDefaultMetrics({ register: this.registry });
    new Counter({
      name: 'sql_statements_total',
      help: 'SQL statements sent to the database.',
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(statementCount());
      },
    });
  }

  readonly onOperation = ({ type, code, seconds }: OperationOutcome): void =>
    this.operations.observe({ type, code }, seconds);

  readonly onSubscription = (change: 1 | -1): void => this.subscriptions.inc(change);

  /** Counts every request of the application, and serves `/metrics`. */
  mount(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown';
      this.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    });
    app.get('/metrics', async (_request, reply) =>
      reply.type(this.registry.contentType).send(await this.registry.metrics()),
    );
  }
}
