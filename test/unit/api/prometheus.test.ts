import { describe, expect, it } from 'vitest';
import { exposition } from '../../../src/api/prometheus.ts';

describe('the Prometheus exposition', () => {
  it('writes help, type and samples, escaped as the format wants', () => {
    const text = exposition([
      {
        name: 'm',
        help: 'Line\nand \\ slash.',
        type: 'gauge',
        samples: [
          { value: 1.5 },
          { labels: { a: 'say "hi"\\\n', b: 'x' }, value: Infinity },
          { value: -Infinity },
          { value: NaN },
          { value: 1e21 },
        ],
      },
      { name: 'none', help: 'Nothing.', type: 'counter', samples: [] },
    ]);
    expect(text).toBe(
      [
        '# HELP m Line\\nand \\\\ slash.',
        '# TYPE m gauge',
        'm 1.5',
        'm{a="say \\"hi\\"\\\\\\n",b="x"} +Inf',
        'm -Inf',
        'm NaN',
        'm 1e+21',
        '# HELP none Nothing.',
        '# TYPE none counter',
        '',
      ].join('\n'),
    );
  });
});
