import { Presets, SingleBar } from 'cli-progress';
import type { Output, Progress } from './context.js';

const SILENT: Progress = { update: () => undefined, step: () => undefined, end: () => undefined };

/** A bar where the end is known, else a running count; both vanish when the work is done. */
function terminalProgress(label: string): Progress {
  const bar = new SingleBar(
    {
      format: '{label} {bar} {percentage}% {eta_formatted}',
      clearOnComplete: true,
      hideCursor: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  let total: number | null = null;
  let current = label;
  const clear = () => process.stderr.write('\r\x1b[K');
  const stop = () => {
    if (total !== null) bar.stop();
    else clear();
    total = null;
  };
  return {
    update(done, known) {
      if (known === null) {
        process.stderr.write(`\r\x1b[K${current} ${done.toLocaleString('en')}`);
      } else if (total === null) {
        clear();
        total = known;
        bar.start(known, done, { label: current });
      } else {
        bar.update(done);
      }
    },
    step(next) {
      stop();
      current = next;
      process.stderr.write(`\r\x1b[K${current}…`);
    },
    end: stop,
  };
}

/** Results to standard output, progress to standard error where that is a terminal. */
export const createOutput = (json: boolean): Output => ({
  json,
  result(data, text) {
    process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
  },
  progress: (label) => (process.stderr.isTTY && !json ? terminalProgress(label) : SILENT),
});

/** One line of anyone's text: what could steer a terminal is left out. */
export const printable = (line: string): string => line.replace(/[\p{Cc}\p{Cf}]/gu, '');
