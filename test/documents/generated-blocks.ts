const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** A document with its generated blocks written anew. @throws Error for a block that nobody generates. */
export function withBlocks(document: string, blocks: Readonly<Record<string, () => string>>): string {
  return document.replaceAll(BLOCK, (_, start: string, name: string, end: string) => {
    const generate = blocks[name];
    if (!generate) throw new Error(`nothing generates the block '${name}'`);
    return `${start}\n${generate()}\n\n${end}`;
  });
}

/** Names of the generated blocks of a document, in their order. */
export const blocksOf = (document: string): readonly string[] =>
  [...document.matchAll(BLOCK)].map(([, , name]) => name!);
