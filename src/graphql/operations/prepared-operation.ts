import {
  getVariableValues,
  Kind,
  type OperationTypeNode,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql';
import { SIZE_ARGUMENTS } from '../cost.js';
import { checkOperation, type CheckedOperation } from '../limits.js';
import { Lru } from '../../shared/lru.js';
import { conditionVariables } from './collect-fields.js';
import type { Literal } from './lift-literals.js';
import { plainVariables, type ReadPlain } from './plain-variables.js';
import { planQuery, type Plan } from './plan.js';
import type { ReadDocument } from './read-document.js';

export type Variables = Readonly<Record<string, unknown>>;

/** Variables of `@skip` and `@include` in one document, at most: there is a plan for each way to set them. */
const MAX_CONDITIONS = 4;

/** Costs that one operation remembers. */
const MAX_COSTS = 50;

/** A document that was read once: what no request changes about it. */
export class PreparedOperation {
  readonly document: DocumentNode;
  readonly type: OperationTypeNode;
  readonly name: string | undefined;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly conditions: readonly string[];
  private readonly plans = new Map<string, Plan | null>();
  private readonly costs = new Lru<CheckedOperation>(MAX_COSTS);
  private readonly sizes: readonly string[];
  private readonly readPlain: ReadPlain;

  /**
   * @param lifted the variables that stand for the literals
   * @param once see {@link checkOperation}
   */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly read: ReadDocument,
    private readonly lifted: readonly string[],
    private readonly once: readonly string[],
  ) {
    this.document = read.document;
    this.type = read.operation.operation;
    this.name = read.operation.name?.value;
    this.fragments = new Map(
      read.document.definitions.flatMap((node) =>
        node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
      ),
    );
    this.conditions = conditionVariables(read.document);
    this.sizes = sizeVariables(read.document);
    this.readPlain = plainVariables(schema, read.operation.variableDefinitions ?? []);
  }

  /** The values of the variables as resolvers take them; null for such as are refused. */
  coerce(given: Variables, literals: readonly Literal[]): Variables | null {
    const { variableDefinitions } = this.read.operation;
    if (!variableDefinitions?.length) return given;
    let inputs = given;
    if (this.lifted.length > 0) {
      const all: Record<string, unknown> = { ...given };
      this.lifted.forEach((name, i) => (all[name] = literals[i]));
      inputs = all;
    }
    const plain = this.readPlain(inputs);
    if (plain !== null) return plain;
    const { coerced } = getVariableValues(this.schema, variableDefinitions, inputs, { maxErrors: 1 });
    return coerced ?? null;
  }

  /** What it costs, and whether that is within the limits: once for each set of sizes that the variables have. */
  check(variables: Variables): CheckedOperation {
    const key = this.sizes.map((name) => sizeOf(variables[name])).join(' ');
    const known = this.costs.get(key);
    if (known) return known;
    const { document, operation } = this.read;
    const checked = checkOperation({ schema: this.schema, document, operation, variables }, this.once);
    this.costs.set(key, checked);
    return checked;
  }

  /** How it is answered; null where it is for the pipeline to do. */
  plan(variables: Variables): Plan | null {
    const settings = this.conditions.map((name) => variables[name]);
    // What is neither is an error of the directive.
    if (settings.length > MAX_CONDITIONS || !settings.every((setting) => typeof setting === 'boolean')) return null;
    const key = settings.join(' ');
    const known = this.plans.get(key);
    if (known !== undefined) return known;
    const conditions = Object.fromEntries(this.conditions.map((name) => [name, variables[name] === true]));
    const { schema, fragments } = this;
    const { operation } = this.read;
    const plan = planQuery({ schema, fragments, conditions, operation });
    this.plans.set(key, plan);
    return plan;
  }
}

/** The variables that say how long a list is. */
function sizeVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Argument({ name, value }) {
      if (value.kind === Kind.VARIABLE && SIZE_ARGUMENTS.includes(name.value)) names.add(value.name.value);
    },
  });
  return [...names];
}

/** What of a variable can count for the cost: a number of entries, or how long a list is. */
function sizeOf(value: unknown): string | number {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return `[${value.length}`;
  return value === null || value === undefined ? '-' : '+';
}
