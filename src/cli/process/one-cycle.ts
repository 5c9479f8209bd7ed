import { type Company } from '../../runtime/company.ts';
import { reportOf, type CycleReport } from '../../reports/cycle/cycle-report.ts';
import { runCycleRequest, type CycleRunRequest } from '../../feed/cycle-run.ts';
import { AppError } from '../../domain/errors.ts';
import { type Cycle } from '../../domain/research/cycle.ts';
import { followCycle } from '../output/cycle-progress.ts';
import { printCycle } from '../output/cycle-text.ts';
import { type CliIo } from '../output/io.ts';

/** Runs one cycle and prints its report. @throws AppError `cycle-failed`, after printing, when a phase failed. */
export async function runOneCycle(
  io: CliIo,
  { context }: Company,
  request: CycleRunRequest,
  json: boolean,
  stop: AbortSignal,
): Promise<CycleReport> {
  if (request.resumed) io.complain(`resuming the interrupted cycle ${request.id}`);
  const progress = followCycle(io, context, request.id);
  let cycle: Cycle;
  try {
    cycle = await runCycleRequest(context, request, stop);
  } finally {
    await progress.stop();
  }
  const report = await reportOf(context, cycle);
  if (json) io.json(report);
  else printCycle(io, report);
  if (cycle.state === 'failed')
    throw new AppError('cycle-failed', `cycle ${cycle.id} failed: ${cycle.reason ?? 'unknown'}`, {
      advice: 'See corp jobs failed',
    });
  return report;
}
