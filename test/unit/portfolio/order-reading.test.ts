import { describe, expect, it } from 'vitest';
import { agreeOn, orderDifference, playedCases, type VenueRun } from '../../fixtures/reference/compare-orders.ts';

describe('a second reading of rules 20 to 24', () => {
  it('agrees with the paper venue on random orders of every type, with every end', () => {
    const seen = agreeOn('orders', 1_200);
    const causes = ['entry', 'signal', 'stop', 'trailing-stop', 'target', 'max-hold', 'ambiguous', 'touch'];
    const states = ['open', 'filled', 'cancelled', 'rejected', 'expired'];
    expect(Object.keys(seen)).toEqual(expect.arrayContaining([...causes, ...states]));
    expect(seen['entry']).toBeGreaterThan(300);
  });

  const changed = (run: VenueRun, patch: Partial<VenueRun['fills'][number]>): VenueRun => ({
    ...run,
    fills: run.fills.map((fill, i) => (i === run.fills.length - 1 ? { ...fill, ...patch } : fill)),
  });
  it.each<[string, (run: VenueRun) => VenueRun]>([
    ['a price one tick away', (run) => changed(run, { price: run.fills.at(-1)!.price + 0.5 })],
    ['an amount one step larger', (run) => changed(run, { amount: run.fills.at(-1)!.amount + 0.1 })],
    ['a fee that is not paid', (run) => changed(run, { fee: 0 })],
    ['an ambiguity', (run) => changed(run, { ambiguous: !run.fills.at(-1)!.ambiguous })],
    ['another bar', (run) => changed(run, { time: run.fills.at(-1)!.time + 3_600_000 })],
    ['a missing fill', (run) => ({ ...run, fills: run.fills.slice(0, -1) })],
    [
      'an order that is gone',
      ({ account, fills }) => {
        const { o000: _, ...orders } = account.orders;
        return { fills, account: { ...account, orders } };
      },
    ],
  ])('finds %s', (_, wrong) => {
    const [played] = playedCases('planted', 40);
    const { venue, reading, input } = played!;
    expect(orderDifference(venue, reading, input.terms)).toBeNull();
    expect(orderDifference(wrong(venue), reading, input.terms)).not.toBeNull();
  });
});
