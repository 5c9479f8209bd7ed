export function withSetupLock<T>(directory: string, work: () => Promise<T>): Promise<T>;
