import { type Command } from 'commander';
import { verifyChain, type AuditRecord, type ChainFault } from '../../domain/audit/chain.ts';
import { AppError } from '../../domain/errors.ts';
import { type AuditArchive } from '../../ports/audit-archive.ts';
import { auditHistory } from '../../ports/audit-history.ts';
import { type AuditStore } from '../../ports/stores.ts';
import { anyDescriptor, type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withReadContext } from '../process/open-context.ts';
import { explain } from '../process/story-material.ts';
import { printStory } from '../output/print-story.ts';
import { jsonOption, modeOption } from '../input/options.ts';

interface Options {
  readonly json: boolean;
  readonly mode?: Mode;
  readonly head?: string;
}

interface Verification {
  readonly records: number;
  readonly head: string | null;
  readonly fault: ChainFault | null;
}

/**
 * Verifies the chain from its first record, archived ones first. With `expected`, a chain without that hash was truncated.
 * @throws AppError `audit-broken` when an archived part cannot be read
 */
export async function verifyAudit(
  audit: Pick<AuditStore, 'read'>,
  expected?: string,
  archive: Pick<AuditArchive, 'read'> | null = null,
): Promise<Verification> {
  let last: AuditRecord | null = null;
  let isExpectedSeen = expected === undefined;
  for await (const batch of auditHistory(audit, archive)) {
    const fault = verifyChain(batch, last);
    if (fault) return { records: fault.seq - 1, head: null, fault };
    isExpectedSeen ||= batch.some(({ hash }) => hash === expected);
    last = batch.at(-1) ?? last;
  }
  const truncated = {
    seq: (last?.seq ?? 0) + 1,
    fault: `no record has the hash ${expected}: the end of the log is missing`,
  };
  return { records: last?.seq ?? 0, head: last?.hash ?? null, fault: isExpectedSeen ? null : truncated };
}

export function registerAudit(program: Command, io: CliIo): void {
  const audit = program.command('audit');
  audit
    .command('verify')
    .description('recompute the hash chain; exit 1 when it is broken')
    .option('--head <hash>', 'a hash recorded earlier (auditHead of a cycle): shows whether the end was truncated')
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async ({ json, mode, head }: Options) => {
      const verification = await withReadContext(io, anyDescriptor(mode), ({ stores, auditArchive }) =>
        verifyAudit(stores.audit, head, auditArchive),
      );
      const { records, fault } = verification;
      if (json) io.json({ ok: fault === null, ...verification });
      if (fault) throw new AppError('audit-broken', `the audit log is broken at seq ${fault.seq}: ${fault.fault}`);
      if (!json) io.print(`${records} records, unbroken${verification.head ? `; head ${verification.head}` : ''}.`);
    });
  audit
    .command('explain')
    .description('the story of an order, a position or a strategy in order of time, from its signal to its last fill')
    .argument('<id>', 'id or its first digits, name of a strategy, or MARKET for a position')
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (id: string, { json, mode }: Options) => {
      const story = await withReadContext(io, anyDescriptor(mode), (context) => explain(context, id));
      if (json) io.json(story);
      else printStory(io, story);
    });
}
