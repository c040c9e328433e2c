/** What could steer a terminal or hide what follows: control characters, also those of the direction of text. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const LINE_END = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/;

/** Anyone's words as code within a line: nothing in them is Markdown, and nobody is mentioned. */
export function code(text: string): string {
  const shown = text.replace(UNSEEN, ' ');
  const runs = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const padding = shown.startsWith('`') || shown.endsWith('`') || shown.trim() === '' ? ' ' : '';
  return `${fence}${padding}${shown}${padding}${fence}`;
}

/** The lines of a text, each without what is not to be seen. */
export const linesOf = (text: string): string[] => text.split(LINE_END).map((line) => line.replace(UNSEEN, ' '));

/** Lines as a block of code. @param indent stands before each of them */
export function codeBlock(language: string, lines: readonly string[], indent = ''): string {
  const runs = lines.flatMap((line) => line.match(/`{3,}/g) ?? []);
  const fence = '`'.repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  return [`${fence}${language}`, ...lines, fence].map((line) => `${indent}${line}\n`).join('');
}
