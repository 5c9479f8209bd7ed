import { describe, expect, it } from 'vitest';
import {
  forgive,
  newFileRecord,
  recordContradiction,
  recordCopy,
  recordFindings,
  recordWithdrawal,
  type FileRecord,
  type Observation,
} from '../../../src/domain/fleet/file-record.ts';
import { judgeFleet, type FleetJudgement } from '../../../src/domain/fleet/judge-fleet.ts';

type Seen = readonly [host: string, finding: Observation['finding'], isWhole?: boolean];

const seen = (...findings: readonly Seen[]): readonly Observation[] =>
  findings.map(([host, finding, isWhole = false]) => ({ workerId: `${host}_Linux_W1`, host, finding, isWhole }));
const record = (file: string, ...findings: readonly Seen[]): FileRecord =>
  recordFindings(recordCopy(newFileRecord(file), 'ours'), seen(...findings));
/** `worker file` for each suspension. */
const suspensions = ({ suspended }: FleetJudgement): readonly string[] =>
  [...suspended].flatMap(([worker, files]) => [...files].map((file) => `${worker.replace('_Linux_W1', '')} ${file}`));

describe('the judgement on a fleet', () => {
  it('is nothing without findings', () => {
    expect(judgeFleet([])).toEqual({ suspended: new Map(), inDoubt: [], lying: [] });
    expect(judgeFleet([record('F')])).toEqual({ suspended: new Map(), inDoubt: [], lying: [] });
  });

  it('suspends a worker that disagrees, for this file only', () => {
    const judgement = judgeFleet([record('F', ['a', 'agrees'], ['b', 'disagrees']), record('G', ['b', 'agrees'])]);
    expect(suspensions(judgement)).toEqual(['b F']);
    expect(judgement).toMatchObject({ inDoubt: [], lying: [] });
  });

  it('costs a worker with other candles nothing', () => {
    expect(suspensions(judgeFleet([record('F', ['a', 'agrees'], ['b', 'other-candles'])]))).toEqual([]);
  });

  it('keeps a suspension despite later agreement: other units may not touch the difference', () => {
    expect(suspensions(judgeFleet([record('F', ['a', 'disagrees'], ['a', 'agrees'])]))).toEqual(['a F']);
  });

  it.each<[string, readonly Seen[]]>([
    [
      'disagree',
      [
        ['a', 'disagrees'],
        ['b', 'disagrees'],
      ],
    ],
    [
      'used other candles',
      [
        ['a', 'other-candles'],
        ['b', 'disagrees'],
      ],
    ],
    [
      'agreed before their files changed',
      [
        ['a', 'agrees'],
        ['b', 'agrees'],
        ['a', 'disagrees'],
        ['b', 'disagrees'],
      ],
    ],
  ])('doubts our copy when two hosts %s and none agrees; it then suspends nobody', (_, findings) => {
    const judgement = judgeFleet([record('F', ...findings)]);
    expect(judgement.inDoubt).toEqual([{ file: 'F', copy: 'ours', hosts: ['a', 'b'] }]);
    expect(suspensions(judgement)).toEqual([]);
  });

  it('does not doubt our copy over one host, or when another agrees', () => {
    const twice = recordFindings(record('F', ['a', 'disagrees']), [
      { workerId: 'a_Linux_W2', host: 'a', finding: 'disagrees', isWhole: false },
    ]);
    expect(judgeFleet([twice]).inDoubt).toEqual([]);
    expect(judgeFleet([record('F', ['a', 'disagrees'], ['b', 'disagrees'], ['c', 'agrees'])]).inDoubt).toEqual([]);
  });

  it('forgets findings on a copy of ours that was replaced', () => {
    const replaced = recordCopy(record('F', ['a', 'disagrees'], ['b', 'disagrees']), 'new');
    expect(judgeFleet([replaced])).toEqual({ suspended: new Map(), inDoubt: [], lying: [] });
    expect(recordCopy(replaced, 'new')).toBe(replaced);
  });

  const confirmed = (file: string, isWhole = true): FileRecord =>
    record(file, ['a', 'agrees', isWhole], ['b', 'agrees', isWhole], ['liar', 'disagrees', true]);

  it('finds a consistent liar by two whole files that two other hosts confirm', () => {
    expect(judgeFleet([confirmed('F'), confirmed('G')]).lying).toEqual([
      {
        workerId: 'liar_Linux_W1',
        reason: 'its figures for the whole of F and G differ from those of two other hosts and ours',
      },
    ]);
  });

  it.each([
    ['one file', [confirmed('F')]],
    [
      'units of the last candles, which may be equal where files differ',
      [confirmed('F', false), confirmed('G', false)],
    ],
    ['one confirming host', [confirmed('F'), record('G', ['a', 'agrees', true], ['liar', 'disagrees', true])]],
    [
      'its own host',
      [confirmed('F'), record('G', ['a', 'agrees', true], ['liar', 'agrees', true], ['liar', 'disagrees', true])],
    ],
  ])('finds no liar by %s', (_, records) => {
    expect(judgeFleet(records).lying).toEqual([]);
  });

  it('finds a worker that contradicts itself, whatever our copy; the first contradiction stays', () => {
    const worker = { workerId: 'a_Linux_W1', host: 'a' };
    const once = recordContradiction(newFileRecord('F'), worker, 'two answers');
    expect(recordContradiction(once, worker, 'more')).toBe(once);
    expect(judgeFleet([recordCopy(once, 'new')]).lying).toEqual([{ workerId: 'a_Linux_W1', reason: 'two answers' }]);
  });

  it('holds nothing against a worker that an operator released, and still knows what to restore', () => {
    const held = recordWithdrawal(record('F', ['a', 'disagrees']), 'a_Linux_W1', true);
    const released = forgive(held, 'a_Linux_W1');
    expect(judgeFleet([released])).toEqual({ suspended: new Map(), inDoubt: [], lying: [] });
    expect(released.workers).toMatchObject([{ withdrawn: true, pardons: 1 }]);
    expect(forgive(released, 'a_Linux_W1')).toBe(released);
  });
});
