import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Gives up standard input, output and error before the process exits. Node restores the settings of its terminal at the exit
 * and aborts when the terminal is gone, unless it finds other files there.
 */
export function releaseTerminal(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor);
      // Takes the lowest free descriptor, which is this one.
      openSync(devNull, 'r+');
    } catch {
      // It was closed before.
    }
  }
}
