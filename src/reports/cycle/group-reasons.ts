const NUMBER = /-?\d+(?:\.\d+)?/g;

/** Merges similar texts; numbers that differ become a range: `0..19 trades in sample, 20 are needed`. */
function summarise(reasons: readonly string[]): string {
  const figures = reasons.map((reason) => reason.match(NUMBER) ?? []);
  let position = -1;
  return (reasons[0] ?? '').replaceAll(NUMBER, () => {
    position += 1;
    const texts = figures.map((row) => row[position] ?? '');
    const sorted = [...new Set(texts)].sort((a, b) => Number(a) - Number(b));
    return sorted.length === 1 ? sorted[0]! : `${sorted[0]}..${sorted.at(-1)}`;
  });
}

/** Groups texts that differ only in numbers; most frequent first. */
export function groupReasons(
  reasons: readonly string[],
): readonly { readonly reason: string; readonly count: number }[] {
  const groups = new Map<string, string[]>();
  for (const reason of reasons) {
    const form = reason.replaceAll(NUMBER, '#');
    groups.set(form, [...(groups.get(form) ?? []), reason]);
  }
  return [...groups.values()]
    .map((group) => ({ reason: summarise(group), count: group.length }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
