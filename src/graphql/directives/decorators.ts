import { Directive, Extensions } from 'type-graphql';
import type { Permission } from '../../auth/permissions.js';

/** Stands on an object type's class or on a member that is a field. */
export type RuleDecorator = ClassDecorator & MethodDecorator & PropertyDecorator;

/** Anyone may resolve it, signed in or not. */
export const Public = (): RuleDecorator => Directive('@public');

/**
 * Any signed-in caller may resolve it, by session, API token or access token.
 * @param options personal is what concerns nobody but the person: applications of others do not see it, whatever they were allowed
 */
export const Authenticated = ({ personal = false } = {}): RuleDecorator =>
  Directive(`@authenticated${personal ? '(personal: true)' : ''}`);

/**
 * Callers who hold the permission may resolve it, for any game version: the service asks again for the one concerned.
 * @param options orSelf also admits the user whom the object belongs to; its type then names that user with {@link SelfId}.
 */
export const Requires = (permission: Permission, options: { orSelf?: boolean } = {}): RuleDecorator =>
  Directive(`@requires(permission: ${permission}${options.orSelf === true ? ', orSelf: true' : ''})`);

/** Whom an object belongs to: the user's id, or null for nobody. */
export type SelfIdOf<Row = unknown> = (row: Row) => string | null;

/** The key in a GraphQL type's extensions under which {@link SelfId} is kept. */
export const SELF_ID = 'selfId';

/** On an object type with `orSelf` rules: whom one of its objects belongs to. */
export const SelfId = <Row>(selfIdOf: SelfIdOf<Row>): ClassDecorator => Extensions({ [SELF_ID]: selfIdOf });
