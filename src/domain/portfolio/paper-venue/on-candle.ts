import { type VenueAccount } from './account.ts';
import { expire, finishBar } from './at-close.ts';
import { enterAtOpen, exitAtOpen, limitsAtOpen, stopsAtOpen } from './at-open.ts';
import { type BarStep, type VenueBar, type VenueTerms } from './bar-step.ts';
import { draftOf, seal, type VenueStep } from './draft.ts';
import { closeInside, enterInside } from './inside-bar.ts';
import { liquidateFrom } from './liquidation.ts';
import { volumeShareOf } from './participation.ts';

/**
 * Processes one closed candle of `terms.market` by docs/simulation-rules.md. (a) At the open: orders expire; market exits,
 * stops that the open gapped through, limits that it is beyond, then entries, by arrival. (b) Inside the bar: stops
 * before targets, then entries, the nearest to the open first. (c) At the close: what the volume left of entries is
 * cancelled, stops move, holding times count down. Where a price takes the equity of the account to 0, everything is
 * closed (rule 12). A candle that is not newer than the last one changes nothing, so it may be delivered twice.
 *
 * An order sent during a bar waits for the next one: only orders that arrived at or before the open may fill. Where the
 * rules leave resting entries open, the worst case is taken: after a fill inside a bar the stop is active at once, the
 * targets and what moves the stop from the next bar on.
 */
export function onCandle(account: VenueAccount, bar: VenueBar, terms: VenueTerms): VenueStep {
  const { candle, filled, barMs } = bar;
  const { symbol } = terms.market;
  const last = account.marks[symbol];
  if (last && candle.time <= last.time) return { account, fills: [], changes: [] };

  const step: BarStep = {
    ...bar,
    draft: draftOf(account),
    terms,
    insideTime: candle.time + barMs - 1,
    volumeLeft: volumeShareOf(candle, terms),
    starved: new Set(),
  };
  expire(step);
  if (!filled) {
    liquidateFrom(step, candle.open, candle.time, null);
    exitAtOpen(step);
    stopsAtOpen(step);
    limitsAtOpen(step);
    enterAtOpen(step);
    closeInside(step);
    enterInside(step);
    liquidateFrom(step, candle.high, step.insideTime, candle);
  }
  finishBar(step);
  return seal(step.draft, { ...account.marks, [symbol]: { time: candle.time, close: candle.close } });
}
