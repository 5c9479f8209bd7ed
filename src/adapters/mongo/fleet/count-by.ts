/** Calls `count` for each value and returns the counts by value. */
export async function countBy<Value extends string>(
  values: readonly Value[],
  count: (value: Value) => Promise<number>,
): Promise<Readonly<Record<Value, number>>> {
  const counts = await Promise.all(values.map(async (value) => [value, await count(value)] as const));
  return Object.fromEntries(counts) as Record<Value, number>;
}
