import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type AuditRecord } from '../../domain/audit/chain.ts';
import { AppError, errorText } from '../../domain/errors.ts';
import { type AuditArchive } from '../../ports/audit-archive.ts';

const NEW_LINE = 0x0a;
const PART = /^audit-(\d{12})-(\d{12})\.ndjson\.gz$/;
/** Few, so that most of what is read is dead when memory is collected. */
const BATCH = 100;

const record = z.strictObject({
  format: z.int().optional(),
  key: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  at: z.number(),
  data: z.record(z.string(), z.unknown()),
  seq: z.int(),
  previous: z.string(),
  hash: z.string(),
});

interface Part {
  readonly name: string;
  readonly last: number;
}

const digits = (seq: number): string => String(seq).padStart(12, '0');

/** Compressed files of one directory, each with consecutive records as lines of JSON, named after the first and last `seq`. */
export function openAuditArchive(directory: string): AuditArchive {
  async function parts(): Promise<readonly Part[]> {
    const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .flatMap((name) => {
        const [, , last] = PART.exec(name) ?? [];
        return last === undefined ? [] : [{ name, last: Number(last) }];
      })
      .sort((a, b) => a.last - b.last);
  }

  async function* recordsOf(name: string): AsyncGenerator<readonly AuditRecord[]> {
    try {
      // Whole: a part has a bounded number of records, and reading a stream line by line takes twice as long.
      const lines = await promisify(gunzip)(await readFile(join(directory, name)));
      let batch: AuditRecord[] = [];
      for (let from = 0; from < lines.length;) {
        const newLine = lines.indexOf(NEW_LINE, from);
        const to = newLine < 0 ? lines.length : newLine;
        batch.push(record.parse(JSON.parse(lines.toString('utf8', from, to))) as AuditRecord);
        from = to + 1;
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
      yield batch;
    } catch (error) {
      throw new AppError('audit-broken', `${join(directory, name)} cannot be read: ${errorText(error)}`, {
        advice: 'Restore the file from a copy',
        cause: error,
      });
    }
  }

  return {
    last: async () => (await parts()).at(-1)?.last ?? 0,

    async lastRecord() {
      const part = (await parts()).at(-1);
      let last: AuditRecord | null = null;
      if (part !== undefined) for await (const batch of recordsOf(part.name)) last = batch.at(-1) ?? last;
      return last;
    },

    async add(records) {
      const [first, last] = [records[0], records.at(-1)];
      if (first === undefined || last === undefined) return;
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, `audit-${digits(first.seq)}-${digits(last.seq)}.ndjson.gz`);
      const text = records.map((each) => `${JSON.stringify(each)}\n`).join('');
      const draft = `${path}.new`;
      try {
        const file = await open(draft, 'w', 0o600);
        try {
          await file.writeFile(await promisify(gzip)(text));
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
        // The name survives a power cut only when its directory was synced too.
        const folder = await open(directory, 'r');
        try {
          await folder.sync();
        } finally {
          await folder.close();
        }
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },

    async bytes() {
      const sizes = await Promise.all(
        (await parts()).map(async ({ name }) => (await stat(join(directory, name))).size),
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    },

    async *read() {
      for (const { name } of await parts()) yield* recordsOf(name);
    },
  };
}
