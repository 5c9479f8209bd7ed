import { CandleFileError, LISTED_FAULTS, type RowFault } from '../candle-file-error.ts';

/** Counts the faults of a file and keeps the first. */
export interface RowFaults {
  add(line: number, problem: string): void;
  /** @throws CandleFileError when there is a fault */
  throwIfAny(place: string, advice: string): void;
}

export function createRowFaults(): RowFaults {
  const first: RowFault[] = [];
  let count = 0;
  return {
    add(line, problem) {
      count += 1;
      first.push({ line, problem });
      // Faults of order are found last, and may be on earlier lines.
      if (first.length > 4 * LISTED_FAULTS) {
        first.sort((a, b) => a.line - b.line);
        first.length = 2 * LISTED_FAULTS;
      }
    },
    throwIfAny(place, advice) {
      if (count === 0) return;
      throw new CandleFileError(
        first.sort((a, b) => a.line - b.line),
        count,
        place,
        advice,
      );
    },
  };
}
