/** What was done and seen, in order of time. */
export interface Story {
  /** An act, or an answer that somebody got. */
  tell(who: string, what: string, seen?: string): void;
  /** Something that must not be. */
  violate(check: string, text: string): void;
  /** Acts of each kind. */
  readonly counts: ReadonlyMap<string, number>;
  count(kind: string): void;
  readonly violations: readonly string[];
}

interface Line {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
  readonly seen: string;
}

const WIDTHS = { who: 11, what: 58 };

const lineOf = ({ atMs, who, what, seen }: Line): string =>
  `${(atMs / 1000).toFixed(1).padStart(7)}  ${who.padEnd(WIDTHS.who)}  ${what.padEnd(WIDTHS.what)}  ${seen}`.trimEnd();

/** @param show called with each line as it is told */
export function createStory(show: (line: string) => void): Story {
  const startedAt = performance.now();
  const violations: string[] = [];
  const counts = new Map<string, number>();
  const tell: Story['tell'] = (who, what, seen = '') => {
    show(lineOf({ atMs: performance.now() - startedAt, who, what, seen }));
  };
  return {
    tell,
    violate(check, text) {
      violations.push(`${check}: ${text}`);
      tell('VIOLATION', check, text);
    },
    counts,
    count: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    violations,
  };
}
