export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. Apart from environment.ts, which loads the YAML parser. */
export const processEnvironment = (): Environment => process.env;

/** For this process and those it starts; a value that is there stays. */
export function defaultVariable(name: string, value: string): void {
  process.env[name] ??= value;
}
