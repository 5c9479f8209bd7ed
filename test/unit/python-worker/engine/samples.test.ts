import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeGenome } from '../../../../src/domain/python-worker/genomes/encode-genome.ts';
import { parseGenome } from '../../../../src/domain/python-worker/genomes/parse-genome.ts';
import { quickCandleColumns } from '../../../../src/domain/market/quick-candle-csv.ts';
import { createWorkerDataset } from '../../../../src/domain/python-worker/engine/dataset.ts';
import { runFast } from '../../../../src/domain/python-worker/engine/fast-engine.ts';
import { runLiterally } from '../../../../src/domain/python-worker/engine/literal-engine.ts';
import { submissionOf, unitFrames } from '../../../../src/domain/python-worker/engine/submission.ts';
import { termsOf } from '../../../../src/domain/python-worker/engine/terms.ts';
import { needsRealFiles, realFile } from '../../../fixtures/needs.ts';

interface Samples {
  readonly csv: string;
  readonly spot: readonly { readonly genome: unknown; readonly result: Record<string, number> }[];
  readonly work_units: readonly {
    readonly case: string;
    readonly data_file: string;
    readonly max_candles: number;
    readonly market_type: 'SPOT' | 'FUTURES';
    readonly seed_genome: unknown;
    readonly expected: Record<string, unknown>;
  }[];
}

const SAMPLES = 'worker-engine-samples.json';
const need = needsRealFiles(SAMPLES);
const samples = need.isMissing ? null : (JSON.parse(readFileSync(realFile(SAMPLES), 'utf8')) as Samples);

const candlesOf = (file: string) => quickCandleColumns(readFileSync(realFile(file)))!.columns;

/** Results of the owner's Python workers; compared bit for bit. */
describe.skipIf(need.isMissing)(need.title('answers of real workers'), () => {
  it.each([
    ['literal', runLiterally],
    ['fast', runFast],
  ])('are those of the %s engine for 40 of 40 spot genomes', (_, run) => {
    const candles = candlesOf(samples!.csv);
    const dataset = createWorkerDataset(candles);
    const terms = termsOf('SPOT', candles.time);
    expect(samples!.spot).toHaveLength(40);
    for (const { genome, result } of samples!.spot) {
      const { pnl, trades, wins, sharpe, maxDrawdown } = run(dataset, encodeGenome(parseGenome(genome)), terms, {
        from: 0,
        to: dataset.length,
      });
      expect({ pnl, trades, wins, sharpe, max_dd: maxDrawdown }).toEqual(result);
    }
  });

  it('equal our submissions for 15 of 15 work units in every field', () => {
    expect(samples!.work_units).toHaveLength(15);
    for (const { data_file, max_candles, market_type, seed_genome, expected } of samples!.work_units) {
      const submission = submissionOf(
        unitFrames(candlesOf(data_file), market_type, max_candles),
        parseGenome(seed_genome),
      );
      expect(submission).toMatchObject(
        Object.fromEntries(Object.entries(expected).filter(([name]) => name in submission)),
      );
      expect(
        Object.keys(expected)
          .filter((name) => !(name in submission))
          .sort(),
      ).toEqual(['wf_consistency', 'wf_window_pnls', 'wf_window_trades', 'worker_crashes']);
    }
  });
});
