import { getDirectivesInExtensions } from '@graphql-tools/utils';
import { valueFromASTUntyped, type DirectiveNode } from 'graphql';
import { isPermission } from '../../auth/permissions.js';
import type { Rule } from './rule.js';

/** Whatever of a schema can carry directives. */
export interface Annotated {
  astNode?: { readonly directives?: readonly DirectiveNode[] } | null;
  extensionASTNodes?: readonly { readonly directives?: readonly DirectiveNode[] }[];
  extensions?: object;
}

/**
 * The rules that stand on one spot, in the order written; more than one is a fault, which the caller reports.
 * Syntax nodes are read here and not by graphql-tools, which keeps one of two equal directives.
 * @throws Error for arguments that make no rule
 */
export function readRules(spot: Annotated): Rule[] {
  const nodes = [spot.astNode, ...(spot.extensionASTNodes ?? [])].flatMap((node) => node?.directives ?? []);
  return [
    ...nodes.map((node) => ({
      name: node.name.value,
      args: Object.fromEntries((node.arguments ?? []).map((arg) => [arg.name.value, valueFromASTUntyped(arg.value)])),
    })),
    ...getDirectivesInExtensions({ extensions: spot.extensions }),
  ].flatMap(({ name, args = {} }) => toRule(name, args as Record<string, unknown>) ?? []);
}

function toRule(name: string, args: Record<string, unknown>): Rule | null {
  if (name === 'public') return { kind: name };
  if (name === 'authenticated') return args['personal'] === true ? { kind: name, personal: true } : { kind: name };
  if (name !== 'requires') return null;
  const { permission, orSelf = false } = args;
  if (typeof permission !== 'string' || !isPermission(permission)) {
    throw new Error(`@requires names no permission of the catalogue: ${String(permission)}`);
  }
  if (typeof orSelf !== 'boolean') throw new Error('@requires takes true or false as orSelf');
  return { kind: 'requires', permission, orSelf };
}
