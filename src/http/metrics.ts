import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { OperationOutcome } from '../graphql/plugins.js';
import { Durations } from './durations.js';

/** What the process counts, for Prometheus. Labels take few values each: routes, never addresses or names. */
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Durations({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route', 'status'],
    registry: this.registry,
  });

  private readonly operations = new Durations({
    name: 'graphql_operation_duration_seconds',
    help: 'Time to execute a GraphQL operation, by its type and by OK or the code of its first error.',
    labelNames: ['type', 'code'],
    registry: this.registry,
  });

  private readonly subscriptions = new Gauge({
    name: 'graphql_subscriptions_open',
    help: 'Subscriptions that are open, over WebSocket and as streams of events.',
    registers: [this.registry],
  });

  /**
   * @param statementCount how many SQL statements the process has sent
   * @param readModel how much is held in memory
   */
  constructor(statementCount: () => number, readModel: () => { versions: number; bytes: number; loads: number }) {
    collectDefaultMetrics({ register: this.registry });
    this.read(Counter, 'sql_statements_total', 'SQL statements sent to the database.', statementCount);
    this.read(Gauge, 'read_model_versions', 'Game versions in memory.', () => readModel().versions);
    const bytes = 'What the game versions in memory take, estimated.';
    this.read(Gauge, 'read_model_bytes', bytes, () => readModel().bytes);
    const loads = 'How often a game version was read into memory as a whole.';
    this.read(Counter, 'read_model_loads_total', loads, () => readModel().loads);
  }

  /** Counts what the caches of operations do. */
  countOperations(counts: () => Record<'answered' | 'prepared', number>): void {
    const answered = 'GraphQL operations that were answered ahead of the pipeline of Apollo Server.';
    this.read(Counter, 'graphql_known_operations_total', answered, () => counts().answered);
    const read = 'GraphQL documents that were parsed, validated and planned: those that no cache had.';
    this.read(Counter, 'graphql_documents_read_total', read, () => counts().prepared);
  }

  /** What somebody else counts, read when it is asked for. */
  private read(Kind: typeof Counter | typeof Gauge, name: string, help: string, value: () => number): void {
    new Kind({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  readonly onOperation = ({ type, code, seconds }: OperationOutcome): void =>
    this.operations.observe({ type, code }, seconds);

  /** @param ms how long it took */
  readonly onAnswer = (request: { method: string; route: string; status: number }, ms: number): void =>
    this.requests.observe(request, ms / 1_000);

  readonly onSubscription = (change: 1 | -1): void => this.subscriptions.inc(change);

  /** Counts every request that the application answers, and serves `/metrics`. */
  mount(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'unknown';
      this.onAnswer({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime);
      done();
    });
    app.get('/metrics', async (_request, reply) =>
      reply.type(this.registry.contentType).send(await this.registry.metrics()),
    );
  }
}
