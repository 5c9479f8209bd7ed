import { type Express } from 'express';
import { answeredBy } from './deadline.ts';
import { errorText } from '../domain/errors.ts';

export interface HealthDeps {
  readonly version: string;
  /** For each service `ok`, or a description of the problem. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>;
}

/** Health checks for supervisors and load balancers. They need no credentials and expose nothing confidential. */
export function mountHealth(app: Express, { readiness, version }: HealthDeps): void {
  app.get('/health', (_request, response) => {
    response.json({ status: 'ok', version, uptimeSeconds: Math.floor(process.uptime()) });
  });
  app.get('/ready', async (_request, response) => {
    let missing: Readonly<Record<string, string>>;
    try {
      const found = Object.entries(await answeredBy('store', readiness()));
      missing = Object.fromEntries(found.filter(([, state]) => state !== 'ok'));
    } catch (error) {
      missing = { readiness: errorText(error) };
    }
    const ready = Object.keys(missing).length === 0;
    response.status(ready ? 200 : 503).json({ ready, missing });
  });
}
