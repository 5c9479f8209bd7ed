export function bundleReport(directory: string): Promise<void>;
