import { type Command } from 'commander';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerAgents(program: Command, io: CliIo): void {
  const command = program.command('agents');
  listing(command, io, {
    read: async ({ stores }, { limit }) => (await stores.agentStates.list()).slice(0, limit),
    row: ({ agent, node, status, job, completed, failed, lastSeen, lastError }) => ({
      agent,
      node,
      status,
      completed,
      failed,
      'last seen': isoTime(lastSeen),
      job,
      'last error': lastError,
    }),
    empty: 'No agent has reported yet: start them with corp start.',
  });
}
