import { parameterSlots } from './descriptor.js';
import type { ExcMethod } from './model.js';
import { constructorParameterId, parameterId, parseSrgId } from './srg-id.js';

/** A method as a class declares it, SRG names. */
export interface DeclaredMethod {
  owner: string;
  /** func_70001_a, or the method's own name; of a constructor its id, i1005. */
  srg: string;
  isConstructor: boolean;
  /** Null where no source said. */
  isStatic: boolean | null;
  descriptor: string;
  exceptions: readonly string[];
}

/**
 * The ids of a method's parameters by MCP's rule; none where the method has no number, and where it is not known whether it is static,
 * which the first slot would tell.
 */
export function parameterIds({ srg, isConstructor, isStatic, descriptor }: DeclaredMethod): string[] {
  const constructor = isConstructor ? /^i(\d+)$/.exec(srg)?.[1] : undefined;
  if (constructor !== undefined) {
    return parameterSlots(descriptor, false).map(({ slot }) => constructorParameterId(Number(constructor), slot));
  }
  const id = parseSrgId(srg);
  if (isConstructor || isStatic === null || id === null || !srg.startsWith('func_')) return [];
  return parameterSlots(descriptor, isStatic).map(({ slot }) => parameterId(id.index, slot));
}

/** The first line of an .exc file. @param maxConstructor the highest number of a constructor; null for none */
export const excHead = (maxConstructor: number | null): string =>
  maxConstructor === null ? '' : `max_constructor_index=${maxConstructor}\n`;

/** A line of an .exc file: `class.method(desc)ret=exception,…|parameter,…`; nothing where it would say nothing. */
export function excLine(method: DeclaredMethod): string {
  const line: Pick<ExcMethod, 'exceptions' | 'parameters'> = {
    exceptions: [...method.exceptions],
    parameters: parameterIds(method),
  };
  if (line.exceptions.length === 0 && line.parameters.length === 0) return '';
  const name = method.isConstructor ? '<init>' : method.srg;
  return `${method.owner}.${name}${method.descriptor}=${line.exceptions.join(',')}|${line.parameters.join(',')}\n`;
}

/** static_methods.txt: the SRG name of a static method a line. */
export const staticMethodsText = (names: readonly string[]): string => names.map((name) => `${name}\n`).join('');
