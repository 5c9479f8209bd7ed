import type { SerializedError } from 'vitest';
import type { TestModule } from 'vitest/node';

/** Enough of a message to tell what it is about. */
const LONGEST = 160;

const firstLine = ({ message }: { readonly message: string }): string => {
  const line = message.split('\n', 1)[0]!;
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} ...` : line;
};

/**
 * What failed, one line each: file, test and the first line of its error. A CI that keeps only the end of its output keeps
 * these, because they come last.
 */
export function failures(modules: readonly TestModule[], unhandled: readonly SerializedError[]): readonly string[] {
  const lines: string[] = [];
  for (const module of modules) {
    const add = (what: string, errors: readonly { readonly message: string }[]): void =>
      void lines.push([module.relativeModuleId, what, ...errors.slice(0, 1).map(firstLine)].join(': '));
    if (module.errors().length > 0) add('the file', module.errors());
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) add(suite.fullName, suite.errors());
    for (const test of module.children.allTests()) {
      const { state, errors = [] } = test.result();
      if (state === 'failed') add(test.fullName, errors);
      else if (state === 'pending') add(test.fullName, [{ message: 'never ended' }]);
    }
  }
  return [...lines, ...unhandled.map((error) => `outside of all tests: ${firstLine(error)}`)];
}
