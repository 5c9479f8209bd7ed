export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. Apart from environment.ts, which loads the YAML parser. */
export const processEnvironment = (): Environment => process.env;
