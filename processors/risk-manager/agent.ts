import { z } from 'zod';
import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { isIncubation } from '../../src/domain/portfolio/accounts.ts';
import { nextRiskState } from '../../src/domain/risk/trading-state.ts';
import { finishFlatten } from '../../src/domain/risk/state-request.ts';
import { riskSummary } from '../../src/domain/risk/risk-summary.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { type Verdict } from '../../src/domain/risk/verdict.ts';
import { idField } from '../../queues/fields.ts';
import { flattenFlow, flattenJobId } from '../../queues/flows/flatten-flow.ts';
import { type Producer } from '../../queues/producer.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { childAnswers } from '../agent/child-answers.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { createTroubleReporter } from '../agent/report-trouble.ts';
import { createTradingStates } from '../agent/trading-states.ts';
import { createCeoSilence } from './ceo-silence.ts';
import { auditedVerdicts, auditedWithheld } from './audited-verdicts.ts';
import { flattenIntents, flattenReport, remainsOf } from './flatten.ts';
import { heldNow, reductionIntents } from './reduce-exposure.ts';
import { accountReads } from './review-context.ts';
import { reviewIntents, type ReviewDeps } from './review-intents.ts';

export interface RiskManagerDeps extends AgentDeps, ReviewDeps {
  readonly stores: Pick<
    Stores,
    'ledger' | 'orders' | 'approvals' | 'intents' | 'alerts' | 'portfolio' | 'cycles' | 'agentStates'
  >;
  readonly riskStates: RiskStates;
  readonly producer: Producer;
  readonly broadcaster: Broadcaster;
  /** Used for positions whose holding is no longer stored. */
  readonly timeframe: Timeframe;
  /** Wall time without a heartbeat of the CEO after which entries stop. */
  readonly silentAfterMs: number;
}

const withIntents = z.object({ intents: z.array(idField) });

/** Risk manager. Its veto cannot be bypassed: the trader acts only on an approval signed here. */
export function createRiskManager(deps: RiskManagerDeps): Agent {
  const { stores, data, broker, limits, riskStates, producer } = deps;
  const raiseAlert = createRaiseAlert(deps);
  const states = createTradingStates(deps);
  const reportTrouble = createTroubleReporter({ states, raiseAlert });
  const ceoSilence = createCeoSilence(deps);

  const count = (verdicts: readonly Verdict[], decision: Verdict['decision']): number =>
    verdicts.filter((v) => v.decision === decision).length;

  /** Keeps the exits that wait, without those that have a verdict now. Returns the state. */
  const keepWaiting = async (
    account: string,
    waiting: readonly string[],
    decided: readonly string[],
    own?: RiskState,
  ): Promise<RiskState> => {
    const keep = (state: RiskState) => {
      const known = state.waitingExits ?? [];
      const next = [...new Set([...known, ...waiting])].filter((id) => !decided.includes(id));
      const isSame = next.length === known.length && next.every((id, i) => id === known[i]);
      return { state: isSame ? state : { ...state, version: state.version + 1, waitingExits: next } };
    };
    return (await riskStates.change(account, keep, own)).state;
  };

  /**
   * Goes on with a flatten that is not done: adds the next round, or reports that the venue holds nothing. Returns the job
   * that places the closing orders.
   */
  const pursueFlatten = async (account: string, { flatten }: RiskState, time: number): Promise<string | null> => {
    if (!flatten) return null;
    // What the company says of its end is said of the main account.
    const follows = isIncubation(account);
    if (flatten.doneAt !== undefined && !follows) return null;
    const { open, dust } = await remainsOf(deps, account);
    if (open > 0) {
      const round = `${flatten.id}.t${time}`;
      await producer.addFlow(flattenFlow(account, flatten.reason, round));
      return flattenJobId(account, round);
    }
    if (follows) return null;
    const now = await data.now();
    const text = await flattenReport(deps, account, flatten, dust);
    await raiseAlert({ key: `flat/${account}/${flatten.id}`, account, severity: 'critical', title: 'Flat', text });
    await riskStates.change(account, (state) => ({
      state: state.flatten?.id === flatten.id ? finishFlatten(state, now) : state,
    }));
    return null;
  };

  return defineAgent(
    'risk-manager',
    {
      async review({ account, intents: named }, { job, note }) {
        const answered = await childAnswers(job, withIntents);
        const ids = [...new Set([...named, ...answered.flatMap(({ intents }) => intents)])];
        await broker.open(account);
        const [intents, own, reads] = await Promise.all([
          stores.intents.getMany(account, ids),
          riskStates.own(account),
          accountReads(deps, account),
        ]);
        if (intents.length < ids.length) {
          const known = new Set(intents.map(({ id }) => id));
          throw new AppError(
            'unknown-intent',
            `no such intent of ${account}: ${ids.filter((id) => !known.has(id)).join(', ')}`,
          );
        }
        // A crossing gives its signal once: an exit waits until it has a verdict, also when this job fails for good.
        const exits = intents.filter(({ purpose }) => purpose === 'exit').map((intent) => intent.id);
        const kept = await keepWaiting(account, exits, [], own);
        const state = isIncubation(account) ? await riskStates.read(account) : kept;
        if (state.unreconciled === true) {
          throw new AppError('not-reconciled', `${account} has not been reconciled with the venue since the start`, {
            retryable: true,
            advice: 'Wait for the trader; if it persists, check the venue',
          });
        }
        const { verdicts, approvals, waiting, withheld } = await reviewIntents(deps, account, intents, state, reads);
        note({ risk: riskSummary(state), verdicts: auditedVerdicts(intents, verdicts), ...auditedWithheld(withheld) });
        const decided = verdicts.map(({ intentId }) => intentId);
        // No exit began to wait here, and nobody else makes one wait.
        if (state.waitingExits?.some((id) => decided.includes(id)) === true)
          await keepWaiting(account, waiting, decided);
        const final = verdicts.filter(({ intentId }) => !withheld.some((one) => one.intentId === intentId));
        return {
          approved: count(final, 'approve'),
          reduced: count(final, 'reduce'),
          vetoed: count(final, 'veto'),
          waiting: waiting.length,
          withheld: withheld.length,
          approvals: [...approvals],
        };
      },

      async 'set-state'({ account, state: target, by, reason }, { jobId, note }) {
        const { state, changed, explanation } = await states.set(account, target, by, reason, jobId);
        note({ risk: riskSummary(state) });
        return { state: state.tradingState, changed, explanation };
      },

      async flatten({ account, by, reason, halt }, { jobId, note }) {
        const { state, changed, explanation } = await states.flatten(account, { id: jobId, by, reason, halt });
        note({ risk: riskSummary(state) });
        return { state: state.tradingState, changed, explanation, jobId: flattenJobId(account, jobId) };
      },

      async monitor({ account }) {
        await broker.open(account);
        const [{ equity, cash, exposure, time }, silence, known, held] = await Promise.all([
          broker.balance(account),
          ceoSilence(),
          riskStates.own(account),
          heldNow(deps, account),
        ]);
        const isSilent = silence !== null && !isIncubation(account);
        if (isSilent) await reportTrouble(account, 'silent-ceo', silence, time);
        const { state, breaches } = await states.change(
          account,
          (current) => nextRiskState(current, { account, equity, cash, exposure, time }, limits),
          isSilent ? undefined : known,
        );
        for (const breach of breaches) {
          // One alert per day and limit: the key deduplicates repeated marks.
          const key = `${account}/${breach.code}/${state.dayStart}`;
          const text = `${breach.text}; trading is ${state.tradingState}`;
          await raiseAlert({ key, account, severity: 'critical', title: `${breach.code} limit reached`, text });
        }
        const judged = isIncubation(account) ? await riskStates.read(account) : state;
        const flattenJob = await pursueFlatten(account, judged, time);
        // While HALTED reductions wait: they are planned anew afterwards.
        const isClosing = judged.flatten !== undefined || judged.tradingState === 'HALTED';
        const reductions = isClosing || exposure === 0 ? [] : await reductionIntents(deps, account, equity, held);
        return {
          state: judged.tradingState,
          equity,
          breaches: breaches.map(({ text }) => text),
          ...(flattenJob !== null && { flattenJob }),
          reductions: [...reductions],
        };
      },

      async 'plan-flatten'({ account, reason }, { job, note }) {
        const state = await riskStates.read(account);
        // A person has taken it back.
        if (!state.flatten) return { approved: 0, approvals: [] };
        // A cancel that failed is tried again in the next round; it must not keep the positions open.
        const intents = await flattenIntents(deps, account, reason, job.timestamp);
        await stores.intents.addMany(intents);
        const reads = await accountReads(deps, account);
        const { verdicts, approvals, withheld } = await reviewIntents(deps, account, intents, state, reads);
        note({ risk: riskSummary(state), verdicts: auditedVerdicts(intents, verdicts), ...auditedWithheld(withheld) });
        return { approved: approvals.length, approvals: [...approvals] };
      },
    },
    deps,
  );
}
