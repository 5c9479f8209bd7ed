import { type Express } from 'express';
import { type ApiDeps } from '../api/api-deps.ts';
import { answeredBy } from './deadline.ts';
import { errorText } from '../domain/errors.ts';

type HealthDeps = Pick<ApiDeps, 'readiness' | 'version'>;

/** For whoever restarts or routes to this process: without credentials, and without anything worth hiding. */
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
