/**
 * At most `most` values, evenly spaced over the list, including first and last; all values when there are no more than
 * `most`.
 */
export function evenlySpaced<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  if (most < 2) return values.slice(0, most);
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * (values.length - 1)) / (most - 1))]!);
}
