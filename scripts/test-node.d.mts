export function parseTestNode(args: readonly string[]): {
  readonly major: string;
  readonly golden: boolean;
  readonly filters: readonly string[];
};
