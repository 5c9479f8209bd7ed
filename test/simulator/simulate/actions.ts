import { type PlannedAction } from '../plan/plan.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type QueueName } from '../../../queues/names.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type Checks } from '../checks/checks.ts';
import { holdingOf, strategyOf } from './holdings.ts';
import { ACCOUNT, SOURCE, type Simulation } from './simulation.ts';
import { type System } from './load-system.ts';

/** Carries out what people and outsiders do. Their jobs come through the API, which no fault strikes. */
export function createActions(simulation: Simulation, system: System, checks: Checks): (action: PlannedAction) => void {
  const { rows, queues, world, plan, seen, venue } = simulation;
  const { truth } = checks;
  let count = 0;

  const add = (queue: QueueName, name: string, payload: object, id = ''): void => {
    const contract = system.jobContractOf(queue, name)!;
    const meta = system.metaSchema.parse({ priority: 'critical' });
    queues.add({ queue, id, name, data: { meta, payload: contract.data.parse(payload) }, priority: 1 });
  };
  const outside = (queue: QueueName, name: string, payload: object): void =>
    add(queue, name, payload, `outside.${name}.${count}`);
  const setState = (state: 'ACTIVE' | 'REDUCING' | 'HALTED', id = `set.${count}`): void => {
    truth.requests.push({ at: world.now(), state });
    add('risk-manager', 'set-state', { account: ACCOUNT, state, by: 'operator', reason: 'test' }, id);
  };
  const flatten = (halt: boolean): void => {
    truth.requests.push({ at: world.now(), state: halt ? 'HALTED' : 'REDUCING' });
    add('risk-manager', 'flatten', { account: ACCOUNT, by: 'operator', reason: 'test', halt }, `flatten.${count}`);
  };
  const chosen = <T>(from: readonly T[], pick: number): T | undefined => from[Math.floor(pick * from.length)];

  return ({ kind, pick }) => {
    count += 1;
    simulation.actedAt = simulation.candle;
    const now = rows.feed.get(SOURCE)?.now ?? 0;
    const step = timeframeMs(plan.timeframe);
    seen.add(`action ${kind}`);
    world.tell(() => `>> ${kind}`);
    const isFlatten = kind.includes('flatten');
    const hasEntry = venue
      .openOrders()
      .some(({ purpose, clientOrderId: id }) => purpose === 'entry' && !truth.foreign.has(id));
    if (isFlatten && [...simulation.venues.values()].some((each) => each.positions().length > 0))
      seen.add('a flatten while a position is held');
    if (isFlatten && hasEntry) seen.add('a flatten while an entry is open');
    if (hasEntry && ['halt', 'halt-and-resume', 'reduce', 'emergency'].includes(kind))
      seen.add('a halt while an entry is open');
    switch (kind) {
      case 'halt':
        setState('HALTED');
        break;
      case 'reduce':
        setState('REDUCING');
        break;
      case 'resume':
        setState('ACTIVE');
        break;
      case 'halt-and-resume':
        setState('HALTED');
        setState('ACTIVE', `set.${count}.resume`);
        break;
      case 'halt-after-a-frozen-resume': {
        // The process that resumes wakes up after another one has resumed in its place and a person has halted.
        setState('ACTIVE');
        simulation.faults.arm({ candle: 0, kind: 'freeze', target: 'riskState.save', skip: 0, ms: 12_000 });
        const id = `set.${count}.halt`;
        world.schedule(20_000, () => setState('HALTED', id));
        break;
      }
      case 'flatten':
        flatten(false);
        break;
      case 'flatten-and-halt':
        flatten(true);
        break;
      case 'emergency':
      case 'emergency-flatten':
        add(
          'ceo',
          'emergency',
          { account: ACCOUNT, reason: 'test', flatten: kind !== 'emergency' },
          `emergency.${count}`,
        );
        break;
      case 'retire': {
        const holding = chosen([...rows.holdings.rows.values()], pick);
        if (holding) rows.holdings.put({ ...holding, state: 'retired' });
        break;
      }
      case 'add-strategy': {
        const { hash, symbol, spec } = chosen(plan.strategies, pick)!;
        const added = { hash: `added${count}`.padEnd(64, '1'), symbol, spec };
        void hash;
        rows.strategies.insert(strategyOf(added));
        rows.holdings.put(holdingOf(added, plan.timeframe, 100 + count));
        break;
      }
      case 'settle-the-future': {
        const symbols = plan.markets.map(({ symbol }) => symbol);
        outside('trader', 'settle', {
          account: ACCOUNT,
          symbols,
          timeframe: plan.timeframe,
          candleTime: now + 3 * step,
        });
        break;
      }
      case 'forged-approval':
      case 'changed-approval': {
        const known = chosen(
          [...truth.approvals.values()].filter(({ purpose }) => purpose === 'entry'),
          pick,
        );
        if (!known) break;
        const forged = { ...known, id: `forged${count}`, intentId: `bc-forged${count}`, expiresAt: now + 10 * step };
        const intent = rows.intents.find(({ id }) => id === known.intentId)[0]!;
        if (kind === 'forged-approval') {
          rows.intents.put({ ...intent, id: forged.intentId });
          rows.approvals.put(forged);
        } else simulation.changeNextApproval = changeOf(pick);
        outside('trader', 'execute', { account: ACCOUNT, approvals: [forged.id] });
        break;
      }
      case 'used-approval-again': {
        const used = chosen(
          rows.approvals.find(({ usedBy }) => usedBy !== undefined),
          pick,
        );
        if (used) outside('trader', 'execute', { account: ACCOUNT, approvals: [used.id] });
        break;
      }
      case 'old-intent-again': {
        const intent = chosen([...rows.intents.rows.values()], pick);
        if (!intent) break;
        const candleTime = now - 30 * step;
        const { strategyHash, symbol, timeframe, side, purpose } = intent;
        const identity = { strategyHash, symbol, timeframe, candleTime, side, purpose };
        const old = { ...intent, ...identity, id: system.clientOrderId(identity), asOf: candleTime + step };
        rows.intents.insert(old);
        outside('risk-manager', 'review', { account: ACCOUNT, intents: [old.id, intent.id] });
        break;
      }
      case 'foreign-order': {
        const id = `foreign${count}`;
        truth.foreign.add(id);
        simulation.disturb('an order of somebody else');
        venue.placeForeign(id, plan.markets[0]!.symbol, now);
        world.schedule(75_000, () => {
          simulation.disturb('the order of somebody else is gone');
          venue.cancel(id, now);
          truth.foreign.delete(id);
        });
        break;
      }
      default:
        kind satisfies never;
    }
  };
}

/** What somebody changes in the row of an approval. */
function changeOf(pick: number): (approval: Approval) => Approval {
  if (pick < 0.25) return ({ bracket: _, ...rest }) => rest;
  if (pick < 0.5) return (approval) => ({ ...approval, amount: approval.amount * 3 });
  if (pick < 0.75) return (approval) => ({ ...approval, expiresAt: approval.expiresAt * 2, epoch: approval.epoch + 1 });
  return ({ maxPrice: _, minPrice: __, ...rest }) => rest;
}
