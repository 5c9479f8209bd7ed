import { z } from 'zod';
import { hasCode, errorText } from '../../domain/errors.ts';
import { type Clock } from '../../ports/clock.ts';
import { type CoordinatorHealth } from '../../ports/fleet/client.ts';
import { describeOutcome, type HttpClient } from './http-client.ts';
import { type Outcome } from './http-call.ts';
import { RECOGNITION, recognition } from './recognition.ts';
import { STATUS, statusAnswer } from './python-dialect.ts';

/** An answer that takes longer is reported: searches still run, but every request of a cycle waits for it. */
const SLOW_MS = 2_000;
/** A failure that took longer is not repeated: the answer would come too late. */
const QUICK_MS = 1_000;
const FLEET = '/api/fleet';
const fleetAnswer = z.object({ attention: z.array(z.string()).default([]) });

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Asks a coordinator whether it works. Sends each request once, so that the answer comes within two time-outs. */
export function createProbe(http: HttpClient, name: string, token: string | undefined, clock: Clock) {
  const ill = (kind: CoordinatorHealth['kind'], text: string): CoordinatorHealth => ({ kind, text, notes: [] });
  const jsonOf = (outcome: Outcome): unknown =>
    outcome.kind === 'answered' && 'json' in outcome.body ? outcome.body.json : undefined;

  async function ask(): Promise<CoordinatorHealth> {
    const from = clock.now();
    const ours = await http.once(RECOGNITION, { method: 'GET' });
    const ms = clock.now() - from;
    if (ours.kind !== 'answered' || ours.status >= 500) return ill('away', `${name} ${describeOutcome(ours)}`);
    const isOurs = ours.status === 200 && recognition.safeParse(jsonOf(ours)).success;
    const detail = await http.once(isOurs ? FLEET : STATUS, { method: 'GET', ...(isOurs && { token }) });
    if (detail.kind !== 'answered' || detail.status >= 500) return ill('away', `${name} ${describeOutcome(detail)}`);
    if (isOurs && (detail.status === 401 || detail.status === 403)) {
      return ill('refused', `${name} refuses the token of COORDINATOR_TOKEN: ${describeOutcome(detail)}`);
    }
    const schema = isOurs ? fleetAnswer : statusAnswer;
    const parsed = schema.safeParse(jsonOf(detail));
    if (detail.status !== 200 || !parsed.success) {
      return ill('wrong', `${name} is not a coordinator: ${isOurs ? FLEET : STATUS} has an answer of another format`);
    }
    if (ms > SLOW_MS) return ill('slow', `${name} took ${seconds(ms)} to answer`);
    const notes = 'attention' in parsed.data ? parsed.data.attention : [];
    return { kind: 'well', text: `${name} answers`, notes };
  }

  async function asked(): Promise<CoordinatorHealth> {
    try {
      return await ask();
    } catch (error) {
      if (!hasCode(error, 'coordinator-away')) throw error;
      return ill('away', errorText(error));
    }
  }

  return async function probe(): Promise<CoordinatorHealth> {
    const from = clock.now();
    const health = await asked();
    // A connection that was kept open is lost when the coordinator restarts; the next request opens another.
    return health.kind === 'away' && clock.now() - from < QUICK_MS ? asked() : health;
  };
}
