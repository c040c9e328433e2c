import { RoleName, ROLE_PERMISSIONS, type Permission } from '../../auth/permissions.js';

/** Who may resolve a field: what one of the three directives says. */
export type Rule =
  | { kind: 'public' }
  | { kind: 'authenticated'; personal?: true }
  | { kind: 'requires'; permission: Permission; orSelf: boolean };

/** Equal for equal rules; also the name of the rule in the shield tree. */
export function ruleKey(rule: Rule): string {
  if (rule.kind === 'requires') return `requires ${rule.permission}${rule.orSelf ? ' or self' : ''}`;
  return rule.kind === 'authenticated' && rule.personal ? 'authenticated, personal' : rule.kind;
}

/** The sentence that ends the description of whatever the rule guards; null for the public. */
export function ruleSentence(rule: Rule): string | null {
  if (rule.kind === 'public') return null;
  if (rule.kind === 'authenticated')
    return `Requires sign-in${rule.personal ? ', and not by an application of others' : ''}.`;
  return `Requires ${rule.permission}${rule.orSelf ? ', or being the user concerned' : ''}.`;
}

/** Whether some caller who passes `other` can be refused by `rule`. */
export function isStricter(rule: Rule, other: Rule): boolean {
  if (rule.kind === 'public') return false;
  if (other.kind === 'public') return true;
  if (rule.kind === 'authenticated') return false;
  if (other.kind === 'authenticated' || other.permission !== rule.permission) return true;
  return other.orSelf && !rule.orSelf;
}

/** A column of the permission matrix. */
export type Caller = 'ANONYMOUS' | RoleName;

export const CALLERS: readonly Caller[] = ['ANONYMOUS', ...Object.values(RoleName)];

/** Whether a caller of this kind passes: always, never, or where the object is the caller's own. */
export function passes(rule: Rule, caller: Caller): 'yes' | 'no' | 'self' {
  if (rule.kind === 'public') return 'yes';
  if (caller === 'ANONYMOUS') return 'no';
  if (rule.kind === 'authenticated' || ROLE_PERMISSIONS[caller].has(rule.permission)) return 'yes';
  return rule.orSelf ? 'self' : 'no';
}
