/** The text of an answer as far as it is written. What is still awaited has a gap, which is written later. */
export class Written {
  /** Behind the last gap. */
  text = '';
  private before: (string | Written)[] | null = null;

  /** Leaves room for one value. */
  gap(): Written {
    const gap = new Written();
    this.before ??= [];
    this.before.push(this.text, gap);
    this.text = '';
    return gap;
  }

  toString(): string {
    if (this.before === null) return this.text;
    let text = '';
    for (const part of this.before) text += typeof part === 'string' ? part : part.toString();
    return text + this.text;
  }
}

/** From here on JSON.stringify is quicker than to look first. */
const LONG = 500;

// What JSON escapes, and halves of characters, of which it escapes those without the other half.
// eslint-disable-next-line no-control-regex
const ESCAPED = /[\0-\x1f"\\\ud800-\udfff]/;

/** A text as JSON.stringify writes it. */
export const quoted = (text: string): string =>
  text.length > LONG || ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
