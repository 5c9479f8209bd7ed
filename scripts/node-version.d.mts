export function missingNodeVersion(running?: string, range?: string): string | null;
