import { describe, expect, it } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { INDICATORS } from '../../../../src/domain/indicators/registry.ts';
import { recordedIo } from '../recorded-io.ts';

async function indicators(...args: string[]): Promise<string> {
  const { io, stdout, stderr } = recordedIo();
  expect(await run(['indicators', ...args], io), stderr()).toBe(0);
  return stdout();
}

describe('corp indicators', () => {
  it('prints one line per indicator of the registry', async () => {
    const [head, ...lines] = (await indicators()).split('\n');
    expect(head).toMatch(/^name +inputs +parameters \(bounds\) +warm-up +outputs +unit$/);
    expect(lines.slice(0, Object.keys(INDICATORS).length).map((line) => line.split(' ')[0])).toEqual(
      Object.keys(INDICATORS),
    );
    expect(lines.find((line) => line.startsWith('bollinger'))).toMatch(
      /^bollinger +close +period=20 \(2\.\.2000\), deviations=2 \(0\.01\.\.100\) +19 +middle, upper, lower +price$/,
    );
  });

  it('prints one document with --json', async () => {
    const document = JSON.parse(await indicators('--json')) as { indicators: readonly { name: string }[] };
    expect(document.indicators.map(({ name }) => name)).toEqual(Object.keys(INDICATORS));
    expect(document.indicators.find(({ name }) => name === 'rsi')).toEqual({
      name: 'rsi',
      inputs: ['close'],
      params: [{ name: 'period', min: 1, max: 2000, integer: true, default: 14 }],
      outputs: ['value'],
      unit: 'oscillator',
      warmup: 340,
      converge: 340,
    });
  });
});
