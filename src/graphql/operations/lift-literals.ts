/** A document with its literals taken out, so that documents which differ in these alone are one. */
export interface LiftedSource {
  /** The document with `""` for every text, `0` for every whole number and `0.5` for every other number. */
  skeleton: string;
  /** What stood in their places, in the order of the document. */
  literals: Literal[];
}

export type Literal = string | number;

// Comments are matched so that no quote in them counts, names so that no digit in them does. The last quote begins what is no text
// on one line.
const TOKEN = /"""|"(?:[^"\\\p{Cc}]|\t|\\.)*"|#[^\n\r]*|[A-Za-z_][A-Za-z0-9_]*|-?\d+(\.\d+)?([eE][+-]?\d+)?|"/gu;

/**
 * Takes the literals out of a document by its text alone, which costs a fraction of parsing it. What is no document stays none:
 * only what would be parsed the same has the same skeleton.
 * @returns null for what is not worth it (no literals) or not to be told by its text alone (block texts, numbers beyond 2^53)
 */
export function liftLiterals(source: string): LiftedSource | null {
  let skeleton = '';
  let from = 0;
  const literals: Literal[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) {
    const token = match[0];
    const first = token.charCodeAt(0);
    let place: string;
    if (first === QUOTE) {
      const text = textOf(token);
      if (text === null) return null;
      literals.push(text);
      place = '""';
    } else if (first === MINUS || (first >= ZERO && first <= NINE)) {
      const number = Number(token);
      const isWhole = match[1] === undefined && match[2] === undefined;
      if (isWhole ? !isExact(token, number) : !Number.isFinite(number)) return null;
      literals.push(number);
      place = isWhole ? '0' : '0.5';
    } else {
      continue;
    }
    skeleton += source.slice(from, match.index) + place;
    from = match.index + token.length;
  }
  if (literals.length === 0) return null;
  return { skeleton: skeleton + source.slice(from), literals };
}

const QUOTE = 34;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;

/** The whole numbers that are spelled in one way, and kept by the number that they are read as. */
const isExact = (token: string, number: number) => Number.isSafeInteger(number) && String(number) === token;

function textOf(token: string): string | null {
  if (token === '"""' || token === '"') return null;
  if (!token.includes('\\')) return wellFormed(token.slice(1, -1));
  try {
    // JSON knows the escapes of GraphQL but for \u{…}.
    return wellFormed(JSON.parse(token) as string);
  } catch {
    return null;
  }
}

/** Half a character is for the parser to refuse. */
const wellFormed = (text: string): string | null => (text.isWellFormed() ? text : null);
