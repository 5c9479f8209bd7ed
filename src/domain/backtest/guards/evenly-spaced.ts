/** At most `most` of the values, evenly spaced over the list, first and last included; all of them where they are no more. */
export function evenlySpaced<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  if (most < 2) return values.slice(0, most);
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * (values.length - 1)) / (most - 1))]!);
}
