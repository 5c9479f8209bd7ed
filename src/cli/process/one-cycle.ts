import { type Company } from '../../runtime/company.ts';
import { reportOf, type CycleReport } from '../../reports/cycle/cycle-report.ts';
import { runCycleTicket, type CycleTicket } from '../../feed/cycle-run.ts';
import { AppError } from '../../domain/errors.ts';
import { type Cycle } from '../../ports/records.ts';
import { followCycle } from '../output/cycle-progress.ts';
import { printCycle } from '../output/cycle-text.ts';
import { type CliIo } from '../output/io.ts';

/** Runs one cycle to its end and prints it. @throws AppError `cycle-failed` after printing, when a phase failed. */
export async function runOneCycle(
  io: CliIo,
  { office }: Company,
  ticket: CycleTicket,
  json: boolean,
  stop: AbortSignal,
): Promise<CycleReport> {
  if (ticket.resumed) io.complain(`going on with cycle ${ticket.id}, which was interrupted`);
  const progress = followCycle(io, office, ticket.id);
  let cycle: Cycle;
  try {
    cycle = await runCycleTicket(office, ticket, stop);
  } finally {
    await progress.stop();
  }
  const report = await reportOf(office, cycle);
  if (json) io.json(report);
  else printCycle(io, report);
  if (cycle.state === 'failed')
    throw new AppError('cycle-failed', `cycle ${cycle.id} failed: ${cycle.reason ?? 'unknown'}`, {
      advice: 'See corp jobs failed',
    });
  return report;
}
