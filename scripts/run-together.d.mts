export declare function runTogether(
  runs: readonly (() => Promise<number>)[],
  print?: (text: string) => void,
): Promise<number>;
