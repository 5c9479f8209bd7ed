import { AppError } from '../../domain/errors.ts';

export type FormatPlace = 'store' | 'queues';

const NAMES: Readonly<Record<FormatPlace, string>> = { store: 'the store was', queues: 'the queues were' };

/** @throws AppError `format-newer` when a newer version wrote it. */
export function refuseNewer(place: FormatPlace, found: number, current: number): void {
  if (found <= current) return;
  throw new AppError(
    'format-newer',
    `${NAMES[place]} written by a newer version (format ${found}, this one knows ${current})`,
    {
      advice: 'Update this version, or use another data directory: CORP_DATABASE__DATA_DIRECTORY',
    },
  );
}

/** @throws AppError `format-older` when an older version wrote it; commands that only read do not migrate. */
export function refuseOlder(place: FormatPlace, found: number, current: number): void {
  if (found >= current) return;
  throw new AppError(
    'format-older',
    `${NAMES[place]} written by an older version (format ${found}, this one needs ${current})`,
    {
      advice: 'Make a back-up, then run corp start (of several modes: in this one), which migrates it',
    },
  );
}
