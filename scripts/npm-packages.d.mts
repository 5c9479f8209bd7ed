export function ensurePackages(directory: string, install: () => Promise<boolean>): Promise<void>;
export function needsInstall(directory: string): boolean;
