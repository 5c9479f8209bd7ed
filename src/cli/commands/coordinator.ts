import { Option, type Command } from 'commander';
import { type FleetRules } from '../../domain/fleet/unit.ts';
import { checkCoordinator } from '../../runtime/coordinator.ts';
import { requireFreePorts } from '../process/require-free-ports.ts';
import { runCoordinator } from '../process/coordinator-run.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { anyServices } from '../process/open-services.ts';
import { jsonOption, parsePort } from '../input/options.ts';
import { registerCoordinatorImport } from './coordinator-import.ts';

interface Options {
  readonly port?: number;
  readonly distinct?: FleetRules['distinct'];
  readonly json: boolean;
}

export function registerCoordinator(program: Command, io: CliIo): void {
  const command = program.command('coordinator').enablePositionalOptions();
  registerCoordinatorImport(command, io);
  command
    .addOption(new Option('--port <port>', 'port for workers; default: config/agents.yaml').argParser(parsePort))
    .addOption(
      new Option('--distinct <what>', 'replicas of a unit go to different workers or hosts').choices([
        'workers',
        'hosts',
      ]),
    )
    .addOption(jsonOption())
    .action(async ({ port, distinct, json }: Options) => {
      const config = loadCliConfig(io);
      checkCoordinator(config);
      const { host, port: configured } = config.agents.coordinator;
      const listen = { host, port: port ?? configured };
      await requireFreePorts({ coordinator: listen });
      await runCoordinator(io, config, {
        openServices: anyServices,
        listen,
        ...(distinct !== undefined && { distinct }),
        json,
      });
    });
}
