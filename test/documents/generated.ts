import { withBlocks } from './generated-blocks.ts';
import { specJsonSchema } from './spec-json-schema.ts';
import { SPEC_TABLES } from './spec-tables.ts';

/** A file that is generated completely or in part. */
export interface GeneratedFile {
  readonly path: string;
  /** Returns the new text for the present text. */
  readonly generate: (present: string) => string;
}

export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: 'docs/strategy-spec.md', generate: (present) => withBlocks(present, SPEC_TABLES) },
  { path: 'docs/strategy-spec.schema.json', generate: () => `${JSON.stringify(specJsonSchema(), null, 2)}\n` },
];
