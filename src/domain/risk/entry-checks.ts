import { drawdownBreaches } from './drawdown.ts';
import { percent, plain } from './figures.ts';
import { fractionOf } from './offset-fraction.ts';
import { type ReviewContext } from './review-context.ts';
import { accountCurrency } from './rules/account-currency.ts';
import { cooldown } from './rules/cooldown.ts';
import { entryRate } from './rules/entry-rate.ts';
import { lowProfitLock } from './rules/low-profit-lock.ts';
import { type EntryCheck, veto as no } from './rules/rule.ts';
import { stopLossGuard } from './rules/stop-loss-guard.ts';
import { type VerdictReason } from './verdict.ts';
import { type RiskLimits } from './limits.ts';
import { type Intent } from './intent.ts';

const tradingState: EntryCheck = (_, { state }) =>
  state.tradingState === 'ACTIVE'
    ? null
    : no(
        'trading-reducing',
        `trading is ${state.tradingState}: only closing orders are allowed (${state.stateReason})`,
      );

const soundFigures: EntryCheck = (intent, { equity, price }) => {
  const { requestedFraction, referencePrice, volatility } = intent;
  const sound =
    requestedFraction > 0 && requestedFraction <= 1 && referencePrice > 0 && volatility >= 0 && price > 0 && equity > 0;
  const finite = [requestedFraction, referencePrice, volatility, price, equity].every(Number.isFinite);
  return sound && finite
    ? null
    : no(
        'unsound-figures',
        `fraction ${requestedFraction}, reference price ${referencePrice}, volatility ${volatility}, price ${price}, equity ${equity}: all must be sound numbers`,
      );
};

/** The venue would place whatever a bracket says. A missing or useless stop has a reason of its own. */
const soundBracket: EntryCheck = ({ bracket }) => {
  if (!bracket) return null;
  const { stop, target, trailing, maxHoldBars = 1 } = bracket;
  const distances = [stop, ...(target ? [target] : []), ...(trailing ? [trailing] : [])].map(({ value }) => value);
  const isSound = distances.every((value) => value > 0 && Number.isFinite(value));
  if (isSound && Number.isInteger(maxHoldBars) && maxHoldBars > 0) return null;
  return no(
    'unsound-figures',
    `stop, target and trailing distance ${distances.join(', ')} must be above 0 and finite, the holding time ${maxHoldBars} a whole number of bars`,
  );
};

const freshData: EntryCheck = (intent, { now, lastCandleTime, timeframeMs }, { maxDataAgeCandles }) => {
  const known = Math.min(intent.asOf, lastCandleTime + timeframeMs);
  const age = (now - known) / timeframeMs;
  return age <= maxDataAgeCandles
    ? null
    : no(
        'stale-data',
        `the data is ${age.toFixed(1)} candles of ${intent.timeframe} old: the limit is ${maxDataAgeCandles}`,
      );
};

const stopPresent: EntryCheck = ({ bracket, referencePrice }) =>
  bracket && fractionOf(bracket.stop, referencePrice) > 0
    ? null
    : no('missing-stop', 'an entry without a stop is never allowed');

const stopNear: EntryCheck = ({ bracket, referencePrice }, _, { maxStopDistance }) => {
  const distance = bracket ? fractionOf(bracket.stop, referencePrice) : 0;
  return distance <= maxStopDistance
    ? null
    : no('stop-too-far', `the stop is ${percent(distance)} away: the limit is ${percent(maxStopDistance)}`);
};

const calmEnough: EntryCheck = ({ volatility }, _, { maxVolatility }) =>
  volatility <= maxVolatility
    ? null
    : no(
        'volatility-cap',
        `annualised volatility is ${percent(volatility)}: nothing is entered above ${percent(maxVolatility)}`,
      );

/** Beyond the collar the signal is outdated, or its price is an error. */
const priceNearReference: EntryCheck = ({ referencePrice }, { lastPrice }, { priceCollar }) => {
  const moved = Math.abs(lastPrice / referencePrice - 1);
  return moved <= priceCollar
    ? null
    : no(
        'price-moved',
        `price ${plain(lastPrice)} is ${percent(moved)} from the signal's ${plain(referencePrice)}: the limit is ${percent(priceCollar)}`,
      );
};

const sellable: EntryCheck = ({ side, symbol }, { market }) =>
  side === 'sell' && market.kind === 'spot'
    ? no('short-on-spot', `${symbol} is a spot market: it cannot be sold short`)
    : null;

const single: EntryCheck = ({ strategyHash, symbol }, { positions, pendingEntries }) => {
  const same = (held: { readonly strategyHash: string; readonly symbol: string }) =>
    held.strategyHash === strategyHash && held.symbol === symbol;
  if (positions.some((held) => same(held) && held.amount !== 0)) {
    return no('duplicate-position', `the strategy holds ${symbol} already`);
  }
  return pendingEntries.some(same)
    ? no('duplicate-position', `the strategy has an entry in ${symbol} under way`)
    : null;
};

const positionsLeft: EntryCheck = (_, { positions, pendingEntries }, { maxOpenPositions }) => {
  const open = positions.filter(({ amount }) => amount !== 0).length + pendingEntries.length;
  return open < maxOpenPositions
    ? null
    : no('max-open-positions', `${open} positions are open or under way: the limit is ${maxOpenPositions}`);
};

const ordersLeft: EntryCheck = (_, { ordersToday }, { maxOrdersPerDay }) =>
  ordersToday < maxOrdersPerDay
    ? null
    : no('max-orders-per-day', `${ordersToday} orders were placed today: the limit is ${maxOrdersPerDay}`);

const ENTRY_CHECKS: readonly EntryCheck[] = [
  tradingState,
  soundFigures,
  soundBracket,
  freshData,
  stopPresent,
  stopNear,
  calmEnough,
  priceNearReference,
  sellable,
  single,
  positionsLeft,
  entryRate,
  ordersLeft,
  accountCurrency,
  cooldown,
  stopLossGuard,
  lowProfitLock,
];

/** All reasons to veto this entry; empty when there is none. */
export function entryObjections(intent: Intent, context: ReviewContext, limits: RiskLimits): readonly VerdictReason[] {
  const found = ENTRY_CHECKS.map((check) => check(intent, context, limits)).filter((reason) => reason !== null);
  return [...found, ...drawdownBreaches(context.state, context.equity, limits)];
}
