import { type ServerNames } from '../http/bind.ts';

export const API_NAMES: ServerNames = {
  server: 'the API',
  token: 'API_TOKEN',
  port: '--port, or api.port in config/exchange.yaml',
  host: 'api.host in config/exchange.yaml',
};
