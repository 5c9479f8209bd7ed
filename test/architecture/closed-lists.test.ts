import { describe, expect, it } from 'vitest';
import { CYCLE_PHASES } from '../../src/domain/research/cycle.ts';
import { ORDER_SIDES, POSITION_SIDES } from '../../src/domain/market/side.ts';
import { TRIAL_STAGES } from '../../src/domain/research/trial.ts';
import { TRADING_MODES } from '../../src/domain/trading-mode.ts';
import { read, SOURCES } from './project-files.ts';

/** Matches a copy of a list: its words in quotes, separated by commas or bars. */
const copyOf = (list: readonly string[]): RegExp => new RegExp(list.map((word) => `'${word}'`).join('[,|\\s]+'));

describe('each closed list is written once', () => {
  it.each([
    ['modes', TRADING_MODES, 'src/domain/trading-mode.ts'],
    ['phases of a cycle', CYCLE_PHASES, 'src/domain/research/cycle.ts'],
    ['stages of trials', TRIAL_STAGES, 'src/domain/research/trial.ts'],
    ['sides of orders', ORDER_SIDES, 'src/domain/market/side.ts'],
    ['sides of positions', POSITION_SIDES, 'src/domain/market/side.ts'],
  ])('%s', (_, list, home) => {
    expect(SOURCES.filter((path) => copyOf(list).test(read(path)))).toEqual([home]);
  });

  it('the dashboard, which imports no project code, shows the existing phases', () => {
    const [, text = ''] = /const PHASES = \[([^\]]*)\]/.exec(read('web/dashboard/research-panels.js')) ?? [];
    expect(text.split(',').map((word) => word.trim().slice(1, -1))).toEqual([...CYCLE_PHASES]);
  });
});
