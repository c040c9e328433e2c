import { isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { forbidden } from '../../auth/actor.js';
import { refusal, TYPE_RULE } from './decide.js';
import { SELF_ID, type SelfIdOf } from './decorators.js';
import { CALLERS, passes, ruleKey, ruleSentence, type Caller, type Rule } from './rule.js';
import { readRuleTable, type RuleOptions, type RuleTable } from './rules.js';
import { applyShield, type Decision, type DecisionTable } from './shield.js';

/** Start-up fails with it: every fault in the schema's rules at once. */
export class SchemaRuleError extends Error {
  override readonly name = 'SchemaRuleError';

  constructor(readonly faults: readonly string[]) {
    super(`The schema's rules have ${faults.length} fault(s):\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
  }
}

const tables = new WeakMap<GraphQLSchema, RuleTable>();

/**
 * Guards a finished schema, in place, by the rules that stand in it, and says them in the descriptions.
 * @throws SchemaRuleError naming each field without a rule and each rule that would not hold
 */
export function authorise(schema: GraphQLSchema, options: RuleOptions): GraphQLSchema {
  if (tables.has(schema)) throw new Error('This schema is guarded already.');
  const { table, faults } = readRuleTable(schema, options);
  if (faults.length > 0) throw new SchemaRuleError(faults);
  const guards = new Map<string, Decision>();
  const decisions: DecisionTable = {};
  for (const [typeName, type] of Object.entries(schema.getTypeMap())) {
    if (!isObjectType(type) || typeName.startsWith('__')) continue;
    const typeRule = table.types.get(typeName);
    if (typeRule) {
      type.extensions = { ...type.extensions, [TYPE_RULE]: typeRule };
      type.description = withSentence(type.description, typeRule);
    }
    decisions[typeName] = {};
    for (const field of Object.values(type.getFields())) {
      const rule = table.fields.get(`${typeName}.${field.name}`)!;
      decisions[typeName][field.name] = rule.kind === 'public' ? 'PUBLIC' : decisionOf(rule, guards);
      field.description = withSentence(field.description, rule);
    }
  }
  applyShield(schema, decisions);
  tables.set(schema, table);
  return schema;
}

function decisionOf(rule: Exclude<Rule, { kind: 'public' }>, made: Map<string, Decision>): Decision {
  const name = ruleKey(rule);
  const known = made.get(name);
  if (known) return known;
  const decision: Decision = {
    name,
    passesPlainly: (context) => refusal(rule, context) === null,
    decide: (row, _args, context, info) => {
      try {
        const selfIdOf = info.parentType.extensions[SELF_ID] as SelfIdOf | undefined;
        return refusal(rule, context, selfIdOf && { row, selfIdOf }) ?? true;
      } catch (error) {
        context.log.error(
          { err: error, rule: name, field: `${info.parentType.name}.${info.fieldName}` },
          'rule failed',
        );
        return rule.kind === 'requires' ? forbidden(rule.permission) : false;
      }
    },
  };
  made.set(name, decision);
  return decision;
}

function withSentence(description: string | null | undefined, rule: Rule): string | null | undefined {
  const sentence = ruleSentence(rule);
  if (sentence === null) return description;
  if (!description) return sentence;
  return `${/[.!?:;]$/.test(description) ? description : `${description}.`} ${sentence}`;
}

/** One row of the permission matrix. */
export interface MatrixRow {
  /** `Type.field` */
  field: string;
  rule: string;
  passes: Record<Caller, 'yes' | 'no' | 'self'>;
}

/** Which caller may resolve which field, for every field of a guarded schema, sorted by name. */
export function permissionMatrix(schema: GraphQLSchema): MatrixRow[] {
  const table = tables.get(schema);
  if (!table) throw new Error('Only a guarded schema has a permission matrix.');
  return [...table.fields]
    .map(([field, rule]) => ({
      field,
      rule: ruleKey(rule),
      passes: Object.fromEntries(CALLERS.map((caller) => [caller, passes(rule, caller)])) as MatrixRow['passes'],
    }))
    .sort((a, b) => (a.field < b.field ? -1 : 1));
}

/** The matrix as a table of text, for a snapshot that people read: `+` passes, `s` on own objects, `.` never. */
export function formatMatrix(rows: readonly MatrixRow[]): string {
  const marks = { yes: '+', no: '.', self: 's' };
  const width = Math.max(...rows.map((row) => row.field.length));
  const lines = rows.map(
    (row) => `${row.field.padEnd(width)}  ${CALLERS.map((caller) => marks[row.passes[caller]]).join(' ')}  ${row.rule}`,
  );
  return [`callers: ${CALLERS.join(' ')}`, ...lines].join('\n');
}

/** The rule of a field of a guarded schema. */
export const ruleOf = (schema: GraphQLSchema, type: GraphQLObjectType, field: string): Rule | undefined =>
  tables.get(schema)?.fields.get(`${type.name}.${field}`);
