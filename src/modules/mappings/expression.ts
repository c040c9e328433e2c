import { badInput } from '../../shared/errors.js';

/** How many parts repetitions may add: a loop one, a count what it takes to write it out. Plain text is as long as it likes. */
const MAX_ADDED = 32;
/** How deep repetitions may stand within each other: `((a|b)+c)*` is 2. */
const MAX_DEPTH = 2;

/** What a part of an expression comes to. */
interface Part {
  size: number;
  depth: number;
  /** Whether an anchor or word boundary stands in it. */
  anchored: boolean;
}

const nothing = (): Part => ({ size: 0, depth: 0, anchored: false });

function add(to: Part, part: Part): void {
  to.size += part.size;
  to.depth = Math.max(to.depth, part.depth);
  to.anchored ||= part.anchored;
}

// Comments, openings of groups, escapes, quantifiers, or any one character. `\c` takes whatever follows it.
const TOKEN = /\(\?#[^)]*\)?|\(\?[:=!<]|\\c.|\\.|\{(\d+)(?:(,)(\d*))?\}\??|[*+?]\??|./suy;

/** Where the bracket expression that starts at `start` ends. */
function bracketEnd(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === '^') at++;
  if (text[at] === ']') at++;
  while (at < text.length && text[at] !== ']') {
    const inner = /^\[([.:=])/.exec(text.slice(at, at + 2))?.[1];
    if (inner === undefined) {
      at += text[at] === '\\' ? 2 : 1;
    } else {
      const end = text.indexOf(`${inner}]`, at + 2);
      at = end === -1 ? text.length : end + 2;
    }
  }
  return Math.min(at + 1, text.length);
}

function repeated(part: Part, [token, low, comma, high]: RegExpExecArray): Part {
  if (part.anchored) throw badInput(`"query" must not repeat (${token}) what holds an anchor or a word boundary.`);
  // Without an upper bound the last one is a loop of its own.
  const times = Math.max(Number(low) + (comma && !high ? 1 : 0), Number(high ?? 0), 1);
  return { size: token.startsWith('{') ? part.size * (times - 1) : 1, depth: part.depth + 1, anchored: false };
}

/**
 * Checks that PostgreSQL can compile and match an expression in little time, which the embedded database, unlike a server,
 * cannot break off. It matches in time linear in the text unless an expression looks back or around; what takes long is to
 * compile repetitions within each other, and to try many of them at each character. Whether the expression is well formed
 * is left to the database.
 * @throws AppError BAD_USER_INPUT with the reason
 */
export function checkExpression(expression: string): void {
  if (/^\*\*\*|^\(\?[a-z]*[bqx]/.test(expression)) {
    throw badInput('"query" must not switch to another syntax (***, (?b), (?q), (?x)).');
  }
  const open: Part[] = [];
  let group = nothing();
  let last = nothing();
  let atoms = 0;
  for (let at = 0; at < expression.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expression)!;
    const token = match[0];
    const start = at;
    at += token.length;
    if (/^\\[1-9]/.test(token)) throw badInput('"query" must not refer back to a group (\\1).');
    if (/^\(\?[=!<]/.test(token)) throw badInput('"query" must not look ahead or behind ((?=, (?!, (?<).');
    if (token.startsWith('(?#')) continue;
    if (token.startsWith('(')) {
      open.push(group);
      group = nothing();
      last = nothing();
    } else if (token === ')') {
      // An empty group is a part too where it is repeated.
      last = { ...group, size: Math.max(group.size, 1) };
      group = open.pop() ?? nothing();
      add(group, last);
    } else if (/^(?:[*+?]|\{\d)/.test(token)) {
      const more = repeated(last, match);
      add(group, more);
      last = { ...more, size: last.size + more.size };
    } else {
      if (token === '[') at = bracketEnd(expression, start);
      const atom = expression.slice(start, at);
      last = { size: 1, depth: 0, anchored: /^(?:\^|\$|\\[AZmMyY]|\[\[:[<>]:\]\])$/.test(atom) };
      add(group, last);
      atoms += 1;
    }
    // Groups that are never closed are refused by the database; until then their parts count like any other's.
    const size = open.reduce((sum, outer) => sum + outer.size, group.size);
    if (size - atoms > MAX_ADDED) {
      throw badInput(
        `"query" must not repeat so much: its repetitions, written out, add more than ${MAX_ADDED} parts.`,
      );
    }
    if (group.depth > MAX_DEPTH) {
      throw badInput(`"query" must not nest repetitions more than ${MAX_DEPTH} deep.`);
    }
  }
}
