import { type Command } from 'commander';
import { type ForwardedUnit } from '../../ports/fleet/forwarding.ts';
import { type CliIo } from '../output/io.ts';
import { listing, type ListOptions } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerForwarded(program: Command, io: CliIo): void {
  const command = program
    .command('forwarded')
    .option('--unclear', 'only those that a coordinator may still have', false);
  listing<ForwardedUnit, ListOptions & { readonly unclear: boolean }>(command, io, {
    async read({ stores: { forwarding } }, { limit, unclear }) {
      if (!unclear) return forwarding.list({ newestFirst: true, limit });
      const [unknown, givenUp] = await Promise.all([
        forwarding.list({ states: ['unknown'], newestFirst: true, limit }),
        forwarding.list({ mayExist: true, newestFirst: true, limit }),
      ]);
      return [...unknown, ...givenUp].slice(0, limit);
    },
    row: ({ id, state, doneBy, remoteId, attempts, reports, mayExist, reason, plannedAt }) => ({
      id,
      state,
      'done by': doneBy === 'nobody' ? null : doneBy,
      'unit there': remoteId,
      asked: attempts,
      reports: reports.length,
      strategies: reports.filter(({ strategyHash }) => strategyHash !== '').length,
      'may exist': mayExist ? 'yes' : 'no',
      planned: isoTime(plannedAt),
      reason,
    }),
    empty: 'No forwarded searches.',
  });
}
