export const PINNED_NODES: Readonly<Record<string, string>>;
export const RECOMMENDED_MAJOR: number;
export function missingNodeVersion(running?: string, range?: string): string | null;
export function nodePackage(platform?: string, arch?: string): string;
export function newerNodeAdvice(folder?: string): string;
