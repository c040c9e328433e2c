import type { GraphQLSchema } from 'graphql';
import {
  effectivePermissions,
  forbidden,
  nextChange,
  personalOnly,
  seesPersonal,
  unauthenticated,
  type Actor,
  type SignedInActor,
} from '../../auth/actor.js';
import type { Permission } from '../../auth/permissions.js';
import type { AppError } from '../../shared/errors.js';
import type { Context } from '../context.js';
import type { SelfIdOf } from './decorators.js';
import type { Rule } from './rule.js';

interface Decided {
  permissions: ReadonlySet<Permission>;
  /** The instant at which the set has to be computed again, as milliseconds. */
  until: number;
}

/**
 * Permissions are computed once an actor, which is once a request. Keyed by the actor and not by the context: over a
 * long-lived connection a demotion puts another actor into the same context, and nothing decided before is found for it.
 */
const decided = new WeakMap<SignedInActor, Decided>();

function permissionsOf(actor: SignedInActor, now: Date): ReadonlySet<Permission> {
  const known = decided.get(actor);
  if (known && now.getTime() < known.until) return known.permissions;
  const permissions = effectivePermissions(actor, now);
  decided.set(actor, { permissions, until: nextChange(actor, now) });
  return permissions;
}

/** Why a rule refuses this caller; null where it lets the caller pass. */
export function refusal(
  rule: Rule,
  { actor, now }: { actor: Actor; now: () => Date },
  self?: { row: unknown; selfIdOf: SelfIdOf },
): AppError | null {
  if (rule.kind === 'public') return null;
  if (actor.kind === 'ANONYMOUS') return unauthenticated();
  const at = now();
  if (actor.credential.expiresAt !== null && actor.credential.expiresAt <= at) return unauthenticated();
  if (rule.kind === 'authenticated') return rule.personal && !seesPersonal(actor) ? personalOnly() : null;
  if (permissionsOf(actor, at).has(rule.permission)) return null;
  if (rule.orSelf && self && self.selfIdOf(self.row) === actor.user.id && seesPersonal(actor)) return null;
  return forbidden(rule.permission);
}

/** The key in a type's extensions under which `authorise` keeps the type's rule. */
export const TYPE_RULE = 'rule';

/** Whether the rule of an object type lets this caller see that an object of it exists. */
export function mayRead(schema: GraphQLSchema, typeName: string, context: Context): boolean {
  const type = schema.getType(typeName);
  if (!type) return false;
  const rule = type.extensions[TYPE_RULE] as Rule | undefined;
  // Without one every field of the type has a rule of its own.
  if (!rule) return true;
  // Whose object it is shows only when it is loaded: the rule of each field decides then.
  if (rule.kind === 'requires' && rule.orSelf) return context.actor.kind === 'SIGNED_IN';
  return refusal(rule, context) === null;
}
