import { isUtf8 } from 'node:buffer';
import { FormatError } from './format-error.js';

const LINE_FEED = 0x0a;

/** Decodes a whole file as UTF-8, without its byte order mark. @throws FormatError naming the first line that is not UTF-8. */
export function decodeText(file: string, bytes: Buffer): string {
  if (isUtf8(bytes)) {
    return new TextDecoder('utf-8').decode(bytes);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new FormatError(file, 1, 'the file is UTF-16, not UTF-8');
  }
  // No UTF-8 sequence holds a line feed, so the bad byte shows in its own line; each byte is looked at once.
  let start = 0;
  for (let line = 1; ; line++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed === -1 ? bytes.length : feed;
    if (!isUtf8(bytes.subarray(start, end)) || feed === -1) {
      throw new FormatError(file, line, 'the line is not UTF-8 text');
    }
    start = feed + 1;
  }
}

export interface TextLine {
  /** 1-based. */
  number: number;
  /** Without its line end. */
  text: string;
  /** False for a last line without a line end: it may be cut. */
  ended: boolean;
}

/** The lines of a text, one at a time; LF and CRLF end a line. An empty text has none, and a final line end starts none. */
export function* textLines(text: string): Generator<TextLine> {
  let start = 0;
  for (let number = 1; start < text.length; number++) {
    const feed = text.indexOf('\n', start);
    const ended = feed !== -1;
    let end = ended ? feed : text.length;
    if (ended && end > start && text.charCodeAt(end - 1) === 0x0d) end--;
    yield { number, text: text.slice(start, end), ended };
    start = ended ? feed + 1 : text.length;
  }
}

/** The lines that say something: empty lines and `#` comments (whole lines, and ` #` to the end of a line) are left out. */
export function* contentLines(text: string): Generator<TextLine> {
  for (const line of textLines(text)) {
    const comment = line.text.startsWith('#') ? 0 : line.text.indexOf(' #');
    const content = comment === -1 ? line.text : line.text.slice(0, comment);
    // A lone tab or blank is not content either; a line with more than that keeps its blanks, for the parser to judge.
    if (content.trim() !== '') yield { ...line, text: content };
  }
}
