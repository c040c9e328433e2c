import {
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { SELF_ID } from './decorators.js';
import { readRules, type Annotated } from './read.js';
import { isStricter, type Rule } from './rule.js';

/** The rule of every field of a schema, and of the object types that have one. */
export interface RuleTable {
  types: Map<string, Rule>;
  /** By `Type.field`. */
  fields: Map<string, Rule>;
}

export interface RuleOptions {
  /** The mutations that anyone may call. Any other public mutation is a fault. */
  publicMutations: readonly string[];
}

const PUBLIC: Rule = { kind: 'public' };

/** Reads the rules of a whole schema, and finds every fault in them, each by the name of its spot. */
export function readRuleTable(schema: GraphQLSchema, options: RuleOptions): { table: RuleTable; faults: string[] } {
  const table: RuleTable = { types: new Map(), fields: new Map() };
  const faults: string[] = [];
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));

  const single = (name: string, spot: Annotated): Rule | undefined => {
    try {
      const rules = readRules(spot);
      if (rules.length > 1) faults.push(`${name} has ${rules.length} rules; one is allowed.`);
      return rules[0];
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}.`);
      return PUBLIC;
    }
  };

  for (const type of types) {
    if (!isObjectType(type)) {
      faults.push(...misplacedRules(type));
      continue;
    }
    const typeRule = single(type.name, type);
    if (typeRule) table.types.set(type.name, typeRule);
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const own = single(name, field);
      const rule = own ?? typeRule;
      if (!rule) {
        faults.push(`${name} has no rule, and neither has its type.`);
        continue;
      }
      table.fields.set(name, rule);
      faults.push(...fieldFaults(schema, type, field, rule, typeRule ?? PUBLIC, options));
    }
  }
  faults.push(...returnFaults(schema, table));
  return { table, faults };
}

/** Rules where nothing would apply them: a guard that looks like one and is none. */
function misplacedRules(type: GraphQLNamedType): string[] {
  const kind = isInterfaceType(type) ? 'an interface' : isUnionType(type) ? 'a union' : 'a type that is no object type';
  const spots: [string, Annotated][] = [[type.name, type]];
  if (isInterfaceType(type) || isInputObjectType(type)) {
    const fields: Record<string, Annotated> = type.getFields();
    for (const [name, field] of Object.entries(fields)) spots.push([`${type.name}.${name}`, field]);
  }
  return spots.flatMap(([name, spot]) => {
    try {
      if (readRules(spot).length === 0) return [];
    } catch {
      // a malformed rule is as misplaced as any
    }
    return [`${name} has a rule on ${kind}, where none applies; put it on the object types.`];
  });
}

function fieldFaults(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  rule: Rule,
  parentRule: Rule,
  options: RuleOptions,
): string[] {
  const name = `${type.name}.${field.name}`;
  const faults: string[] = [];
  const isMutation = type === schema.getMutationType();
  const isRoot = isMutation || type === schema.getQueryType() || type === schema.getSubscriptionType();
  if (isMutation && rule.kind === 'public' && !options.publicMutations.includes(field.name)) {
    faults.push(`${name} is a public mutation and not on the list of those.`);
  }
  if (isStricter(rule, parentRule) && isNonNullType(field.type)) {
    faults.push(
      `${name} has a stricter rule than its parent and must be nullable, or its refusal takes the parent along.`,
    );
  }
  if (rule.kind === 'requires' && rule.orSelf && (isRoot || typeof type.extensions[SELF_ID] !== 'function')) {
    faults.push(`${name} admits the user concerned (orSelf), but ${type.name} does not say who that is (@SelfId).`);
  }
  return faults;
}

/** Fields that lead to a type with a stricter rule, where that hurts. */
function returnFaults(schema: GraphQLSchema, table: RuleTable): string[] {
  const mutation = schema.getMutationType()?.name;
  const faults: string[] = [];
  for (const [name, rule] of table.fields) {
    const [typeName, fieldName] = name.split('.') as [string, string];
    const { type } = (schema.getType(typeName) as GraphQLObjectType).getFields()[fieldName]!;
    const returned = getNamedType(type);
    const possible = isAbstractType(returned) ? schema.getPossibleTypes(returned) : [returned];
    const strict = possible.find((each) => isStricter(table.types.get(each.name) ?? PUBLIC, rule));
    if (!strict) continue;
    if (typeName === mutation) {
      // The payload's rule would be asked after the mutation is done.
      faults.push(`${name} returns ${strict.name}, whose rule is stricter than the mutation's own.`);
    } else if (!swallowsNull(type)) {
      faults.push(`${name} must be nullable: it returns ${strict.name}, whose rule is stricter.`);
    }
  }
  return faults;
}

/** Whether a refusal below a field of this type ends there, and does not take the parent along. */
const swallowsNull = (type: GraphQLOutputType): boolean =>
  !isNonNullType(type) || (isListType(type.ofType) && swallowsNull(type.ofType.ofType));
