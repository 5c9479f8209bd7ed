import { expect, it } from 'vitest';
import { cardsOf, drawActs, LANES, LINK_TROUBLES, MEMBERS, nameOf, ORDERS, SERVICES, type Act } from './plan.ts';

function firstActs(seed: number): readonly Act[] {
  return LANES.flatMap((lane) => {
    const acts = drawActs(seed, lane);
    return Array.from({ length: cardsOf(lane) }, () => acts.next().value.act);
  });
}

it('the acts of a run follow from its seed', () => {
  expect(firstActs(7)).toEqual(firstActs(7));
  expect(firstActs(7)).not.toEqual(firstActs(8));
});

it.each([1, 2, 3])('every kind of fault occurs before any card of a lane comes again: seed %i', (seed) => {
  const acts = firstActs(seed);
  const kinds = new Set(acts.map(({ kind }) => kind));
  const wanted = [
    'kill',
    'kill-at-work',
    'pause',
    'restart',
    'stop',
    'flush-redis',
    'full-disk',
    'clock',
    'link',
    'rival',
    'order',
  ];
  expect([...kinds].sort()).toEqual(wanted.sort());
  const names = acts.map(nameOf).join('\n');
  for (const trouble of LINK_TROUBLES) expect(names).toContain(`${trouble} between`);
  for (const order of ORDERS) expect(names).toMatch(new RegExp(`^${order} by`, 'm'));
  for (const target of [...SERVICES, ...MEMBERS.filter((member) => !member.startsWith('node'))])
    expect(names).toContain(`kill ${target}`);
});
