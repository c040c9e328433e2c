/**
 * Documentation in a name set's file stands on one line: a line break is written as backslash and n. Files never escape the
 * backslash itself (`/!\ attention`, `\247d` are real), so only what would be ambiguous is escaped:
 *
 *   in the API                     in the file
 *   j backslashes, line feed       2j + 1 backslashes, n
 *   j > 0 backslashes, n           2j backslashes, n
 *   anything else                  the same
 *
 * Every text of the API comes back the same, and every text of a file that has no real line feed does too. A real line feed in
 * a (quoted) cell is read as the line break that it is, and written in the escaped form.
 */
export function encodeDocumentation(documentation: string): string {
  // A run of backslashes is always taken whole, so that no input makes the search start again inside it.
  return documentation.replace(/\\+[n\n]?|\n/g, (match) => {
    const last = match.at(-1);
    if (last === '\\') return match;
    const backslashes = match.length - 1;
    return `${'\\'.repeat(last === '\n' ? 2 * backslashes + 1 : 2 * backslashes)}n`;
  });
}

/** The other way; see `encodeDocumentation`. */
export function decodeDocumentation(cell: string): string {
  return cell.replace(/\\+n?/g, (match) => {
    if (!match.endsWith('n')) return match;
    const backslashes = match.length - 1;
    return '\\'.repeat(Math.floor(backslashes / 2)) + (backslashes % 2 === 1 ? '\n' : 'n');
  });
}
