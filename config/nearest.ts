/** Number of characters to insert, remove or replace to turn one text into the other. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}

/** A word that is missing counts more than the letters of another word: `EXCHANGE__PORT` is `EXCHANGE__API__PORT`. */
const MISSING_WORD = 10;
const wordsOf = (name: string): readonly string[] => name.split('_').filter((word) => word !== '');

/** The candidate with the fewest differences; the first of several. Words are separated by `_`. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const words = wordsOf(text);
  let best: { readonly name: string; readonly differs: number } | undefined;
  for (const name of candidates) {
    const present = wordsOf(name);
    const missing = words.filter((word) => !present.includes(word)).length;
    const differs = missing * MISSING_WORD + distance(text, name);
    if (best === undefined || differs < best.differs) best = { name, differs };
  }
  return best?.name;
}
