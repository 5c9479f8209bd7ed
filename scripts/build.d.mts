export interface ToolResult {
  readonly exitCode: number;
  readonly output: string;
}
export function build(directory: string, compile: () => Promise<ToolResult>): Promise<void>;
export function isBuilt(directory: string): boolean;
