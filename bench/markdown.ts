/** A number as it is read; `-` where it could not be measured. */
export const number = (value: number | null | undefined, digits = 0): string =>
  value == null ? '-' : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** How often `b` is in `a`; null where either was not measured. */
export const quotient = (a: number | null | undefined, b: number | null | undefined): number | null =>
  a == null || b == null ? null : a / b;

export const ratio = (a: number | null | undefined, b: number | null | undefined): string => number(quotient(a, b), 2);

export const percent = (share: number | null | undefined): string => (share == null ? '-' : `${number(100 * share)}%`);

/** Three digits of a number that may be small. */
export const significant = (value: number): string => number(value, value < 10 ? 2 : value < 100 ? 1 : 0);

/** A table; numbers from the second column on. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** The middle one of some numbers, of which there is one at least. */
export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
