import { createEngine } from '../../src/domain/backtest/engine/engine.ts';
import { type FillModel } from '../../src/domain/backtest/result.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Market } from '../../src/domain/market/market.ts';
import { type Series } from '../../src/domain/market/series.ts';
import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { incubationAccount, mainAccountOf } from '../../src/domain/portfolio/accounts.ts';
import { type Holding } from '../../src/domain/portfolio/holding.ts';
import { hashSpec } from '../../src/domain/strategies/hash-spec.ts';
import { type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { validateSpec } from '../../src/domain/strategies/validate-spec.ts';
import { strategyOf } from '../../src/domain/strategies/strategy.ts';
import { warmupBars } from '../../src/domain/strategies/warmup-bars.ts';
import { type Payload, type Result } from '../../queues/contracts/registry.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { type RaiseAlert } from '../agent/raise-alert.ts';

export interface OwnStrategiesDeps {
  readonly stores: Pick<Stores, 'strategies' | 'portfolio' | 'riskState'>;
  readonly data: Pick<MarketData, 'now' | 'market' | 'series'>;
  readonly clock: Clock;
  readonly raiseAlert: RaiseAlert;
  /** Of fills in the backtest that stands for the evidence which a search would have. */
  readonly fill: Omit<FillModel, 'market'>;
  /** The account and the timeframe that the company trades. */
  readonly account: string;
  readonly timeframe: Timeframe;
}

/** A person's own strategies: they trade because somebody said so, and stay until somebody says otherwise. */
export interface OwnStrategies {
  /**
   * Idempotent: adding what is there in the same state changes nothing.
   * @throws AppError `bad-input`, `unknown-market`, `no-candles`; SpecError
   */
  add(request: Payload<'strategy-selector', 'add-strategy'>): Promise<Result<'strategy-selector', 'add-strategy'>>;
  /** @throws AppError `bad-input` when the account has no such strategy */
  retire(
    request: Payload<'strategy-selector', 'retire-strategy'>,
  ): Promise<Result<'strategy-selector', 'retire-strategy'>>;
}

/** A backtest does not need more, and a long history of short candles would hold up the other jobs. */
const MOST_BARS = 50_000;

/** Of its JSON, characters: a hundred times a long one. */
const LARGEST_SPEC = 65_536;

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;

/** Rank of a person's strategy: before those that the selector found. */
const OWN_RANK = 0;

export function createOwnStrategies({
  stores,
  data,
  clock,
  raiseAlert,
  fill,
  account: own,
  timeframe: traded,
}: OwnStrategiesDeps): OwnStrategies {
  const requireOwn = (account: string): void => {
    if (account !== own)
      throw new AppError('bad-input', `there is no account ${account} in this company: it trades ${own}`);
  };

  /** Each candle evaluates all rules, and each signal tells them. */
  const requireSmall = (spec: object): void => {
    const size = JSON.stringify(spec).length;
    if (size > LARGEST_SPEC)
      throw new AppError('bad-input', `a spec of ${size} characters is too large; at most ${LARGEST_SPEC} are taken`, {
        advice: 'Write it with fewer rules',
      });
  };

  /** What a HALTED keeps from happening. */
  const haltNote = async (account: string, text: string): Promise<string> => {
    const risk = await stores.riskState.get(account);
    return risk?.tradingState === 'HALTED' ? text : '';
  };

  const requireTradable = (spec: StrategySpec, market: Market, timeframe: Timeframe, series: Series): void => {
    if (timeframe !== traded)
      throw new AppError('bad-input', `this company decides on ${traded} candles, not on ${timeframe}`, {
        advice: `Give --timeframe ${traded}, or start the company with exchange.timeframe: ${timeframe}`,
      });
    if (spec.side === 'short' && market.kind === 'spot')
      throw new AppError('bad-input', `the strategy sells short, and ${market.symbol} is a spot market`, {
        advice: 'Choose a perpetual or dated market',
      });
    const wanted = warmupBars(spec);
    if (series.length < wanted)
      throw new AppError(
        'bad-input',
        `the strategy looks back ${wanted} candles, and ${market.symbol} ${timeframe} has ${series.length}`,
        { advice: 'Import an older history with corp data import, or wait' },
      );
  };

  const explanationOf = ({ state, symbol, timeframe, account }: Holding, name: string, managed: boolean): string => {
    const how =
      state === 'active'
        ? `trades ${symbol} ${timeframe} on account ${account} with the size that the limits allow. Nothing has shown that it earns anything: it was neither searched for nor judged out of sample`
        : `incubates on ${symbol} ${timeframe} on the paper account ${account} of its own, which begins with what the company has; the main account is not touched`;
    return `${name} ${how}. ${managed ? 'The selector may retire it' : 'It stays until you retire it; the selector only reports on it'}`;
  };

  return {
    async add({ account: main, spec: written, symbol, timeframe = traded, state, managed }) {
      requireOwn(main);
      requireSmall(written);
      const spec = validateSpec(written);
      const [market, now] = await Promise.all([data.market(symbol), data.now()]);
      const series = await data.series({ symbol, timeframe: traded, asOf: now, bars: MOST_BARS, anyCoverage: true });
      requireTradable(spec, market, timeframe, series);
      const outOfSample = createEngine(series).measure(spec, { ...fill, market });
      const hash = hashSpec(spec);
      const at = clock.now();
      const draft = { hash, spec, family: spec.family, parameters: {}, origin: 'operator' } as const;
      await stores.strategies.addMany([strategyOf(draft, at)]);
      const { name } = (await stores.strategies.get(hash))!;
      const known = (await stores.portfolio.list({ company: main, symbol })).filter(
        ({ strategyHash }) => strategyHash === hash,
      );
      const live = known.find((holding) => holding.state !== 'retired');
      const changed = live?.state !== state || live.addedBy !== 'operator' || (live.managed === true) !== managed;
      const account = state === 'incubating' ? incubationAccount(main, hash) : main;
      const reason = `added by an operator${state === 'active' ? ', unproven' : ''}`;
      const holding: Holding = {
        ...{ account, ...(account !== main && { incubationOf: main }) },
        ...{ strategyHash: hash, symbol, timeframe, state, reason, rank: OWN_RANK },
        ...{
          cycleId: (live ?? known[0])?.cycleId ?? 'operator',
          outOfSample,
          updatedAt: at,
          addedBy: 'operator',
          managed,
        },
      };
      const moves = live !== undefined && live.account !== account;
      const moved = moves
        ? `. It was ${live.state} before: what it holds on account ${live.account} is closed there`
        : '';
      const explanation =
        explanationOf(holding, name, managed) +
        moved +
        (await haltNote(main, '. Trading is HALTED: it opens nothing before somebody resumes'));
      if (changed) {
        // The holding last: it makes the strategy trade, so that an interrupted run is repeated.
        await stores.strategies.setState(hash, state, { reason, at, account, symbol, timeframe });
        await stores.portfolio.put(holding);
        if (moves)
          await stores.portfolio.put({
            ...live,
            state: 'retired',
            reason: `goes on as ${state} on account ${account}`,
            updatedAt: at,
          });
        await raiseAlert({
          key: `own/${account}/${hash}/${symbol}/${at}`,
          account,
          severity: state === 'active' ? 'warning' : 'info',
          title: 'Strategy added by an operator',
          text: explanation,
        });
      }
      const { trades, totalReturn } = outOfSample;
      return {
        strategyHash: hash,
        name,
        state,
        changed,
        explanation,
        backtest: { bars: series.length, trades, totalReturn },
      };
    },

    async retire({ account, strategyHash, symbol, reason: why }) {
      requireOwn(account);
      // Of other accounts too: the strategy itself is retired with its last holding.
      const held = (await stores.portfolio.list({ states: ['active', 'incubating'] })).filter(
        (holding) => holding.strategyHash === strategyHash,
      );
      const chosen = held.filter(
        (holding) => mainAccountOf(holding.account) === account && (symbol === undefined || holding.symbol === symbol),
      );
      const strategy = await stores.strategies.get(strategyHash);
      if (!strategy) throw new AppError('bad-input', `there is no strategy ${strategyHash.slice(0, 12)}`);
      const reason = `retired by an operator: ${why}`;
      const at = clock.now();
      if (chosen.length > 0 && chosen.length === held.length)
        await stores.strategies.setState(strategyHash, 'retired', { reason, at });
      for (const holding of chosen) await stores.portfolio.put({ ...holding, state: 'retired', reason, updatedAt: at });
      const retired = [...new Set(chosen.map((holding) => holding.symbol))].sort();
      const accounts = [...new Set(chosen.map((holding) => holding.account))].sort().join(', ');
      const closing = await haltNote(
        account,
        'what it holds is closed once somebody resumes, because trading is HALTED',
      );
      const where = symbol === undefined ? '' : ` on ${symbol}`;
      const explanation =
        retired.length > 0
          ? `${strategy.name} is retired on ${retired.join(', ')} in account ${accounts}; ${closing || 'what it holds is closed with the next candle'}`
          : `${strategy.name} does not trade${where} in account ${account}: it is ${strategy.state}, ${strategy.stateReason}`;
      return { retired, explanation };
    },
  };
}

/** The backtest of a strategy that was added, in words. */
export const backtestText = ({
  bars,
  trades,
  totalReturn,
}: Result<'strategy-selector', 'add-strategy'>['backtest']): string =>
  `on the ${bars} candles that there are it made ${trades} trades and returned ${percent(totalReturn)}`;
