import { readFileSync, writeFileSync } from 'node:fs';
import { GENERATED_FILES } from './generated.ts';

/* npm run docs: writes the generated parts of the documents. */
for (const { path, generate } of GENERATED_FILES) {
  const present = readFileSync(path, 'utf8');
  const wanted = generate(present);
  if (wanted !== present) writeFileSync(path, wanted);
  process.stdout.write(`${path}: ${wanted === present ? 'up to date' : 'written'}\n`);
}
