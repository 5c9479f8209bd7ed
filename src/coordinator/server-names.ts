import { type ServerNames } from '../http/bind.ts';

export const COORDINATOR_NAMES: ServerNames = {
  server: 'the coordinator',
  token: 'COORDINATOR_TOKEN',
  port: 'coordinator.port in config/agents.yaml, or --port of corp coordinator',
  host: 'coordinator.host in config/agents.yaml',
};
