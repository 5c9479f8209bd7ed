import { plain } from '../../src/domain/risk/figures.ts';
import { type TradingStates } from '../agent/trading-states.ts';
import { cancelChosen } from './cancel-orders.ts';
import { type TakeDeps } from './take-fills.ts';

export interface WithdrawalDeps extends TakeDeps {
  readonly states: Pick<TradingStates, 'change'>;
}

/**
 * A person has resumed before a flatten was done: cancels its closing orders, and says which of them were too fast and what
 * is held. The mark in the risk state goes last, so that an interrupted run is repeated with the next candle.
 * @param id of the flatten
 * @throws AppError `not-cancelled`, retryable
 */
export async function cancelWithdrawn(deps: WithdrawalDeps, account: string, id: string): Promise<readonly string[]> {
  const { broker, raiseAlert, states } = deps;
  const open = (await broker.openOrders(account)).filter(({ purpose }) => purpose === 'flatten');
  const { cancelled } = await cancelChosen(deps, account, open);
  const tooLate = open.filter(({ clientOrderId }) => !cancelled.includes(clientOrderId));
  const held = (await broker.positions(account)).filter(({ amount }) => amount !== 0);
  const said = (
    orders: readonly { readonly side: string; readonly amount: number; readonly symbol: string }[],
  ): string => orders.map(({ side, amount, symbol }) => `${side} ${plain(amount)} ${symbol}`).join(', ');
  await raiseAlert({
    key: `withdrawn/${account}/${id}`,
    account,
    severity: 'critical',
    title: 'Flatten withdrawn',
    text: [
      `${cancelled.length} closing orders were cancelled`,
      ...(tooLate.length > 0 ? [`not cancelled, because the venue had ended them: ${said(tooLate)}`] : []),
      held.length === 0
        ? 'no position is held'
        : `held: ${held.map(({ amount, symbol }) => `${plain(amount)} ${symbol}`).join(', ')}`,
    ].join('; '),
  });
  await states.change(account, (state) => {
    if (state.withdrawnFlatten !== id) return { state };
    const { withdrawnFlatten: _, ...rest } = state;
    return { state: { ...rest, version: state.version + 1 } };
  });
  return cancelled;
}
