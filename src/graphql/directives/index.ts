export { authorise, formatMatrix, permissionMatrix, SchemaRuleError, type MatrixRow } from './authorise.js';
export { Authenticated, Public, Requires, SelfId, type RuleDecorator, type SelfIdOf } from './decorators.js';
export { withRuleDirectives } from './definitions.js';
