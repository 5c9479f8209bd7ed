import { type Command } from 'commander';
import { usualParams, type IndicatorDefinition, type IndicatorParameter } from '../../domain/indicators/indicator.ts';
import { INDICATORS } from '../../domain/indicators/registry.ts';
import { jsonOption } from '../input/options.ts';
import { type CliIo } from '../output/io.ts';

const paramText = ({ name, min, max, default: usual }: IndicatorParameter): string =>
  `${name}=${usual} (${min}..${max})`;

/** Warm-up and convergence in bars, with the default parameters. */
function documentOf(name: string, definition: IndicatorDefinition) {
  const { inputs, params, outputs, unit } = definition;
  const usual = usualParams(definition);
  return {
    name,
    inputs,
    params,
    outputs,
    unit,
    warmup: definition.warmup(usual),
    converge: definition.warmup(usual),
  };
}

function run(io: CliIo, { json }: { readonly json: boolean }): void {
  const indicators = Object.entries(INDICATORS).map(([name, definition]) => documentOf(name, definition));
  if (json) return io.json({ indicators });
  io.table(
    indicators.map(({ name, inputs, params, outputs, unit, warmup }) => ({
      name,
      inputs: inputs.join(', '),
      'parameters (bounds)': params.map(paramText).join(', '),
      'warm-up': warmup,
      outputs: outputs.join(', '),
      unit,
    })),
    '',
  );
  io.print(
    '\nWarm-up: bars before the first value. Converged: bars after which the start of the series has no effect. ' +
      'Both are for the parameters shown; a spec must set every parameter.',
  );
}

export function registerIndicators(program: Command, io: CliIo): void {
  program
    .command('indicators')
    .addOption(jsonOption())
    .action((options: { readonly json: boolean }) => run(io, options));
}
