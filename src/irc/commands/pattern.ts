/** A piece of a pattern: one character, any one character, or any number of them. */
type Piece = string;

const PIECES = /\.[*+]|[\w$.<>]/gy;

/** The name of a member with `.` for any character, `.*` and `.+` for any number of them. */
export class Pattern {
  private constructor(
    private readonly pieces: readonly Piece[],
    /** The longest text in it that stands as it is; null for none. Whatever fits has it, in any case. */
    readonly text: string | null,
  ) {}

  /** @param whole whether a name must fit from end to end. @returns null for what is no such pattern */
  static parse(source: string, whole: boolean): Pattern | null {
    const pieces = source.match(PIECES) ?? [];
    if (pieces.join('') !== source) return null;
    const [text = ''] = source.split(/\.[*+]?/).sort((a, b) => b.length - a.length);
    return new Pattern(whole ? pieces : ['.*', ...pieces, '.*'], text === '' ? null : text);
  }

  /** Whether a name fits, in any case. The places that the pieces so far may end at are carried along: it takes no more than their product. */
  fits(name: string): boolean {
    const characters = [...name.toLowerCase(), ''];
    let ends = characters.map((_, at) => at === 0);
    for (const piece of this.pieces) ends = after(piece.toLowerCase(), ends, characters);
    return ends.at(-1)!;
  }
}

/** Where a piece may end that begins at one of the places given. */
function after(piece: Piece, starts: readonly boolean[], characters: readonly string[]): boolean[] {
  if (piece === '.*' || piece === '.+') {
    const first = starts.indexOf(true);
    const behind = piece === '.*' ? 0 : 1;
    return starts.map((_, at) => first !== -1 && at >= first + behind);
  }
  return starts.map((_, at) => at > 0 && starts[at - 1]! && (piece === '.' || piece === characters[at - 1]));
}
