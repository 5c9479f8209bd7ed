export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. Separate from environment.ts, which loads the YAML parser. */
export const processEnvironment = (): Environment => process.env;

/** Sets a variable for this process and its children, unless it already has a value. */
export function defaultVariable(name: string, value: string): void {
  process.env[name] ??= value;
}
