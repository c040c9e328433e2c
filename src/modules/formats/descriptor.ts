import { badInput } from '../../shared/errors.js';
import { quoted } from './format-error.js';
import { isClassName } from './names.js';

/** A method's types as JVM descriptors: `(IJ)V` is `{ parameters: ['I', 'J'], returnType: 'V' }`. */
export interface MethodDescriptor {
  parameters: string[];
  returnType: string;
}

/** A parameter's place among the local variables: `this` takes 0 of an instance method, long and double take two. */
export interface ParameterSlot {
  slot: number;
  type: string;
}

const MAX_ARRAY_DIMENSIONS = 255;
const MAX_PARAMETER_SLOTS = 255;

/** End of the field type that starts at `start`, or -1. (JVM specification 4.3.2) */
function typeEnd(text: string, start: number): number {
  let at = start;
  while (text[at] === '[') at++;
  if (at - start > MAX_ARRAY_DIMENSIONS) return -1;
  if (text[at] === 'L') {
    const end = text.indexOf(';', at);
    return end !== -1 && isClassName(text.slice(at + 1, end)) ? end + 1 : -1;
  }
  return at < text.length && 'BCDFIJSZ'.includes(text.charAt(at)) ? at + 1 : -1;
}

/** Whether a text is one type as a field has it: `I`, `[[La/b;`; never `V`. */
export const isFieldDescriptor = (text: string): boolean => text !== '' && typeEnd(text, 0) === text.length;

const slotsOf = (type: string): number => (type === 'J' || type === 'D' ? 2 : 1);

/** Takes a method descriptor apart; null if it is none. Linear in its length. (JVM specification 4.3.3) */
export function parseMethodDescriptor(text: string): MethodDescriptor | null {
  if (!text.startsWith('(')) return null;
  const parameters: string[] = [];
  let slots = 0;
  let at = 1;
  while (text[at] !== ')') {
    const end = typeEnd(text, at);
    if (end === -1) return null;
    const type = text.slice(at, end);
    slots += slotsOf(type);
    if (slots > MAX_PARAMETER_SLOTS) return null;
    parameters.push(type);
    at = end;
  }
  const returnType = text.slice(at + 1);
  return returnType === 'V' || isFieldDescriptor(returnType) ? { parameters, returnType } : null;
}

export const isMethodDescriptor = (text: string): boolean => parseMethodDescriptor(text) !== null;

/**
 * The slots of a method's parameters, as parameter ids count them: from 0 if static, else from 1.
 * @throws AppError BAD_USER_INPUT if the descriptor is none.
 */
export function parameterSlots(descriptor: string, isStatic: boolean): ParameterSlot[] {
  const method = parseMethodDescriptor(descriptor);
  if (method === null) throw badInput(`${quoted(descriptor)} is not a method descriptor.`);
  let slot = isStatic ? 0 : 1;
  return method.parameters.map((type) => {
    const place = { slot, type };
    slot += slotsOf(type);
    return place;
  });
}

/** Renames the classes in a method or field descriptor; `mapClass` gives the new name, or the same for a class it doesn't know. */
export function remapDescriptor(descriptor: string, mapClass: (name: string) => string): string {
  let result = '';
  let at = 0;
  for (;;) {
    const start = descriptor.indexOf('L', at);
    const end = start === -1 ? -1 : descriptor.indexOf(';', start);
    if (end === -1) return result + descriptor.slice(at);
    result += `${descriptor.slice(at, start + 1)}${mapClass(descriptor.slice(start + 1, end))};`;
    at = end + 1;
  }
}
