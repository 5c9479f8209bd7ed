const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** Returns the document with its generated blocks replaced. @throws Error for a block without a generator. */
export function withBlocks(document: string, blocks: Readonly<Record<string, () => string>>): string {
  return document.replaceAll(BLOCK, (_, start: string, name: string, end: string) => {
    const generate = blocks[name];
    if (!generate) throw new Error(`the block '${name}' has no generator`);
    return `${start}\n${generate()}\n\n${end}`;
  });
}

/** Names of the generated blocks of a document, in document order. */
export const blocksOf = (document: string): readonly string[] =>
  [...document.matchAll(BLOCK)].map(([, , name]) => name!);
