/** `2026-01-22T19:35:00.000Z` -> `2026-01-22T19:35:00Z`. */
export function isoTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

export function percent(fraction: number | null): string | null {
  return fraction === null ? null : `${(fraction * 100).toFixed(2)} %`;
}
