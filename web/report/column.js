/** @import { EncodedColumn } from '../../src/reports/backtest/chart-document.ts' */

/**
 * Decodes a column.
 * @param {EncodedColumn} column encoded by src/reports/backtest/encode-column.ts
 * @param {number} length
 */
export function decodeColumn({ decimals, data }, length) {
  const bytes = atob(data);
  const values = new Float64Array(length);
  const factor = 10 ** decimals;
  let position = 0;
  let scaled = 0;
  for (let i = 0; i < length; i += 1) {
    let zigzag = 0;
    let weight = 1;
    let byte = bytes.charCodeAt(position++);
    while (byte >= 128) {
      zigzag += (byte - 128) * weight;
      weight *= 128;
      byte = bytes.charCodeAt(position++);
    }
    zigzag += byte * weight;
    scaled += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    values[i] = scaled / factor;
  }
  return values;
}
