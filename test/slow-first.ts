import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** From the slowest on: minutes of waiting for processes that were killed, then processes of the command line. */
const SLOW = ['/test/e2e/faults/', '/test/e2e/', '/test/integration/agents/'];

/** Vitest starts with the largest files when it has not seen them run before; the slowest ones are three lines long. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = SLOW.findIndex((folder) => moduleId.includes(folder));
      return found < 0 ? SLOW.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
