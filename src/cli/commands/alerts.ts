import { type Command } from 'commander';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerAlerts(program: Command, io: CliIo): void {
  const command = program.command('alerts');
  listing(command, io, {
    read: ({ stores }, { limit }) => stores.alerts.list(limit),
    row: ({ at, severity, title, text }) => ({ at: isoTime(at), severity, title, text }),
    empty: 'No alerts.',
  });
}
