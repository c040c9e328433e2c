export { Authenticated, Public, Requires, SelfId, type RuleDecorator, type SelfIdOf } from './decorators.js';
