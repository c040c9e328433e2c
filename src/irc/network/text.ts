/** Control characters (with them line ends, colours and CTCP), marks of direction, and what cannot be seen: none of it reaches a line. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Text as one line without anything that a client of IRC would obey; line ends become blanks. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replace(UNSEEN, '')
    .trim();

/** Letters that are one and the same in nicks, accounts and channels: `{alice}` is `[ALICE]` (RFC 1459, section 2.2). */
export const fold = (name: string): string =>
  name.toLowerCase().replace(/[[\]\\~]/g, (letter) => ({ '[': '{', ']': '}', '\\': '|', '~': '^' })[letter]!);

/** Whether two nicks, accounts or channels are one and the same. */
export const sameName = (a: string, b: string): boolean => fold(a) === fold(b);

/** The longest text of one message, in bytes: with the sender's name before it, a line has 512 at most (RFC 1459, section 2.3). */
const MAX_BYTES = 380;

/** How a piece begins that goes on with the one before: what somebody wrote never stands first, where bots look for commands. */
const GOES_ON = '… ';

/** Text in pieces that each fit into a message, broken between words where it can be. */
export function wrap(text: string): string[] {
  const pieces: string[] = [];
  let rest = oneLine(text);
  while (Buffer.byteLength(rest) > MAX_BYTES) {
    const head = headOf(rest);
    const blank = head.lastIndexOf(' ');
    const piece = blank > head.length / 2 ? head.slice(0, blank) : head;
    pieces.push(piece.trimEnd());
    rest = GOES_ON + rest.slice(piece.length).trimStart();
  }
  return rest === '' ? pieces : [...pieces, rest];
}

/** As much of a text as fits, in whole characters. */
function headOf(text: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) break;
    end += character.length;
  }
  return text.slice(0, end);
}
