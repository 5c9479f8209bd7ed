import { AppError } from '../../domain/errors.ts';

interface Format {
  readonly name: string;
  readonly magic: readonly string[];
  /** How to get a CSV of it; FILE is the path. */
  readonly advice: string;
}

const pandas = (call: string): string =>
  `Convert it: python3 -c "import pandas; pandas.${call}.reset_index().to_csv('BTC-USD.csv', index=False)"`;

/** Formats by their first bytes (latin1). */
const FORMATS: readonly Format[] = [
  { name: 'a Parquet file', magic: ['PAR1'], advice: pandas("read_parquet('FILE')") },
  { name: 'a Feather file', magic: ['ARROW1', 'FEA1'], advice: pandas("read_feather('FILE')") },
  { name: 'an HDF5 file', magic: ['\x89HDF'], advice: pandas("read_hdf('FILE')") },
  { name: 'an old Excel file', magic: ['\xD0\xCF\x11\xE0'], advice: pandas("read_excel('FILE')") },
  {
    name: 'a SQLite database',
    magic: ['SQLite format 3'],
    advice: 'Export the table: sqlite3 -csv -header FILE "select * from TABLE" > BTC-USD.csv',
  },
  { name: 'a bzip2 archive', magic: ['BZh'], advice: 'Unpack it: bunzip2 FILE' },
  { name: 'an xz archive', magic: ['\xFD7zXZ'], advice: 'Unpack it: unxz FILE' },
  { name: 'a Zstandard archive', magic: ['(\xB5/\xFD'], advice: 'Unpack it: unzstd FILE' },
  { name: 'a 7z archive', magic: ["7z\xBC\xAF'\x1C"], advice: 'Unpack it: 7z x FILE' },
  { name: 'a RAR archive', magic: ['Rar!'], advice: 'Unpack it: unrar x FILE' },
  { name: 'a pickle', magic: ['\x80\x04\x95', '\x80\x05\x95'], advice: pandas("read_pickle('FILE')") },
  { name: 'a PDF', magic: ['%PDF'], advice: 'Export the candles as CSV' },
];
const HTML = /^\s*(?:<!doctype html|<html|<\?xml|<head|<body)/i;

/** @throws AppError `bad-input` with the command that converts a format that is not read here */
export function refuseOtherFormats(bytes: Uint8Array, path: string): void {
  const head = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  const found = FORMATS.find(({ magic }) => magic.some((start) => head.startsWith(start))) ?? zipped(head, bytes);
  if (found) throw new AppError('bad-input', `is ${found.name}`, { advice: found.advice.replaceAll('FILE', path) });
  if (HTML.test(head)) {
    throw new AppError('bad-input', 'is a web page', {
      advice: 'Download the candles again: the site answered with a page',
    });
  }
}

/** A zip archive, or an Excel workbook, which is one. */
function zipped(head: string, bytes: Uint8Array): Format | undefined {
  if (!head.startsWith('PK\x03\x04') && !head.startsWith('PK\x05\x06')) return undefined;
  const names =
    Buffer.from(bytes.subarray(0, 4096)).toString('latin1') + Buffer.from(bytes.subarray(-4096)).toString('latin1');
  return names.includes('xl/')
    ? { name: 'an Excel workbook', magic: [], advice: pandas("read_excel('FILE')") }
    : { name: 'a zip archive', magic: [], advice: 'Unpack it: unzip FILE' };
}
