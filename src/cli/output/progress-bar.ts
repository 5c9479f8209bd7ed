import { type CliIo } from './io.ts';

const WIDTH = 30;
const TENTHS = 10;

/** Progress of long work on standard error: an updated bar on a terminal, a line per tenth otherwise. */
export interface ProgressBar {
  update(done: number): void;
  end(): void;
}

/** @param what the counted things, in the plural. */
export function createProgressBar(io: CliIo, what: string, total: number): ProgressBar {
  let tenths = 0;
  let wasShown = false;
  return {
    update(done) {
      const share = done / total;
      const text = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${what}`;
      if (io.isTTY) {
        const full = Math.round(share * WIDTH);
        io.terminal.write(`\r\u001b[K[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${text}`);
        wasShown = true;
      } else if (Math.floor(share * TENTHS) > tenths) {
        tenths = Math.floor(share * TENTHS);
        io.complain(text);
      }
    },
    end() {
      if (wasShown) io.terminal.write('\r\u001b[K');
    },
  };
}
