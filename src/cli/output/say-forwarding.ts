import { type Config } from '../../../config/schema.ts';
import { forwardingRemarks } from '../../domain/fleet/forwarding-remarks.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type AppContext } from '../../runtime/context.ts';
import { type CliIo } from './io.ts';

/** Says why searches are not forwarded, or what is odd about it. */
export async function sayForwarding(
  io: CliIo,
  { agents }: Config,
  { descriptor, data }: Pick<AppContext, 'descriptor' | 'data'>,
  timeframe: Timeframe,
): Promise<void> {
  if (agents.backtest.backend === 'local') return;
  const symbols = (await data.markets()).map(({ symbol }) => symbol);
  const { markets } = agents.backtest.forward;
  for (const remark of forwardingRemarks({ mode: descriptor.mode, timeframe, symbols, markets })) {
    io.complain(`corp: ${remark}`);
  }
}
