export interface Tool {
  readonly name: string;
  readonly tool: string;
  readonly args: readonly string[];
}
export const TOOLS: readonly Tool[];
export function check(
  tools: readonly Tool[],
  run: (tool: string, args: readonly string[]) => Promise<{ exitCode: number; output: string }>,
  print: (line: string) => void,
): Promise<number>;
