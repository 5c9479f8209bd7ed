import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategySpecSchema } from '../../queues/strategy-spec-schema.ts';
import { parseStrategy } from '../../src/cli/input/parse-strategy.ts';
import { readGenomes } from '../../src/cli/input/read-genomes.ts';
import { unitRequestSchema } from '../../src/coordinator/unit-request.ts';
import { createRng, type Rng } from '../../src/domain/random/rng.ts';
import { hashSpec } from '../../src/domain/strategies/hash-spec.ts';
import { FAMILIES, type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { validateSpec } from '../../src/domain/strategies/validate-spec.ts';
import { parseSpecUnit } from '../../src/worker/spec-unit.ts';
import { read, ROOT } from '../architecture/project-files.ts';
import { drawSpec } from '../fixtures/engine/any-spec.ts';
import { blocksOf } from './generated-blocks.ts';
import { GENERATED_FILES } from './generated.ts';
import { specJsonSchema } from './spec-json-schema.ts';
import { SPEC_TABLES } from './spec-tables.ts';

const PAGE = 'docs/strategy-spec.md';

describe('generated files are up to date (else run npm run docs)', () => {
  it.each(GENERATED_FILES)('$path', ({ path, generate }) => {
    const present = read(path);
    expect(present).toBe(generate(present));
  });

  it('the page contains every table', () => {
    expect([...blocksOf(read(PAGE))].sort()).toEqual(Object.keys(SPEC_TABLES).sort());
  });
});

const matchesSchema = new Ajv2020().compile(specJsonSchema());

const doesNotThrow =
  (read: (spec: unknown) => unknown) =>
  (spec: unknown): boolean => {
    try {
      read(spec);
      return true;
    } catch {
      return false;
    }
  };

const unitOf = (spec: unknown): object => ({
  market: 'BTC-USD',
  timeframe: '1h',
  window: { from: 0, to: 3_600_000 },
  specs: [spec],
});
const requestSchema = unitRequestSchema({ replicas: 1, maxReplicas: 3 });

/** Every reader of specs that come from outside. */
const READERS: Readonly<Record<string, (spec: unknown) => boolean>> = {
  'queue contract': (spec) => strategySpecSchema.safeParse(spec).success,
  'command line': doesNotThrow(parseStrategy),
  coordinator: (spec) => requestSchema.safeParse({ kind: 'specs', strategy_params: unitOf(spec) }).success,
  worker: doesNotThrow((spec) => parseSpecUnit(unitOf(spec))),
};

/** The message with which `validateSpec` refuses a spec; null when it accepts. */
function faultOf(spec: unknown): string | null {
  try {
    validateSpec(spec);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A JSON Schema cannot detect that two operands are the same line. */
const isBeyondSchema = (fault: string | null): boolean => fault?.endsWith(': compares something with itself') === true;

function expectSameAnswer(spec: unknown): void {
  const fault = faultOf(spec);
  const answers = Object.fromEntries(Object.entries(READERS).map(([name, accepts]) => [name, accepts(spec)]));
  const expected = Object.fromEntries(Object.keys(READERS).map((name) => [name, fault === null]));
  expect(answers, fault ?? 'accepted').toEqual(expected);
  if (!isBeyondSchema(fault)) expect(matchesSchema(spec), fault ?? 'accepted').toBe(fault === null);
  if (fault !== null) expect(fault).toMatch(/^[^\n]+: [^\n]+$/);
}

const draw = (rng: Rng): StrategySpec =>
  drawSpec(rng, { maxPeriod: 200, distances: [0.001, 0.02, 0.5], sides: ['long', 'short'] });
const anySpec = fc.nat().map((seed) => JSON.parse(JSON.stringify(draw(createRng(seed)))) as object);

type Node = Record<string, unknown>;

/** Every object and array in a value, including the value. */
const nodesOf = (value: unknown): readonly Node[] =>
  typeof value === 'object' && value !== null
    ? [value as Node, ...Object.values(value as Node).flatMap((child) => nodesOf(child))]
    : [];

const VALUES: readonly unknown[] = [
  ...[-1, 0, 0.5, 1, 1.5, 2, 14, 99.5, 100, 101, 2000, 2001, 1_000_000, 1_000_001, 'sma', 'close', 'long', 'short'],
  ...[null, true, '14', [], {}, { value: 1 }, { field: 'close' }, { kind: 'percent', value: 1 }, 'fraction', 'atr'],
];
const KEYS = ['value', 'field', 'output', 'kind', 'all', 'any', 'period', 'left', 'note', 'maxHoldBars'];

const hasNumber = (node: Node): boolean => Object.values(node).some((value) => typeof value === 'number');

/** Changes a number: usually within its bounds, sometimes beyond them. */
function nudge(node: Node, rng: Rng): void {
  const [name, value] = rng.pick(Object.entries(node).filter(([, member]) => typeof member === 'number'));
  node[name] = rng.pick([Number(value) + 1, Number(value) * 2, Number(value) - 1, Number(value) / 2]);
}

/** Makes one random change in a copy of a spec; most changes make it invalid. */
function mutate(spec: object, rng: Rng): unknown {
  const copy = structuredClone(spec);
  const node = rng.pick(nodesOf(copy));
  const key = rng.pick(Object.keys(node).length > 0 ? Object.keys(node) : KEYS);
  switch (rng.integer(0, 6)) {
    case 0:
      if (Array.isArray(node)) node.pop();
      else delete node[key];
      break;
    case 1:
      node[key] = rng.pick(VALUES);
      break;
    case 2:
      if (Array.isArray(node)) node.push(rng.pick(VALUES));
      else node[rng.pick(KEYS)] = rng.pick(VALUES);
      break;
    case 3:
      node[key] = rng.pick(nodesOf(draw(rng)));
      break;
    case 4:
      node[key] = { [rng.pick(['all', 'any'])]: [node[key]] };
      break;
    default:
      nudge(rng.pick(nodesOf(copy).filter(hasNumber)), rng);
  }
  return copy;
}

describe('all readers of a spec accept and refuse the same specs', () => {
  it('valid specs', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        expectSameAnswer(spec);
        expect(faultOf(spec)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('specs with random changes', () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(anySpec, fc.nat(), fc.integer({ min: 1, max: 2 }), (spec, seed, changes) => {
        const rng = createRng(seed);
        let changed: unknown = spec;
        for (let i = 0; i < changes; i += 1) changed = mutate(changed as object, rng);
        expectSameAnswer(changed);
        if (faultOf(changed) === null) accepted += 1;
        else refused += 1;
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(500);
  });

  it('groups at the maximum depth and beyond it', () => {
    const nested = (groups: number): object => {
      let entry: object = { left: { field: 'close' }, op: '>', right: { value: 1 } };
      for (let i = 0; i < groups; i += 1) entry = { all: [entry] };
      return { ...draw(createRng(1)), entry };
    };
    for (const groups of [7, 8, 9, 10]) expectSameAnswer(nested(groups));
    expect([8, 9].map((groups) => faultOf(nested(groups)) === null)).toEqual([true, false]);
  });
});

describe('examples/', () => {
  const files = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.json'));

  it('contains a spec of each family, and genomes', () => {
    expect(files.sort()).toEqual([...FAMILIES.map((family) => `${family}.json`), 'genomes.json'].sort());
  });

  it.each([
    ['breakout', '73b4174b34720aef68cd41b489d9d14920d8a79dc72d4f4e70d80ba7b514dbd3'],
    ['mean-reversion', '5eb3ec92df8674ff97168496e82cb49888aa3300ddab8072834b426adb4611bc'],
    ['momentum', '33837a0b4836306490062888bcf56f1436149cc5ebca41ce7bd0b106604fc563'],
    ['trend-following', '089bd4f91be12619fbdde1dffda311d633148ce34df159ccfebea52c02f76088'],
  ])('%s is accepted by all readers, and keeps its hash', (family, hash) => {
    const spec = JSON.parse(read(`examples/${family}.json`)) as StrategySpec;
    expectSameAnswer(spec);
    expect(faultOf(spec)).toBeNull();
    expect(spec.family).toBe(family);
    expect(hashSpec(spec)).toBe(hash);
  });

  it('corp search reads genomes.json', async () => {
    const genomes = await readGenomes(join(ROOT, 'examples/genomes.json'));
    expect(genomes.length).toBeGreaterThan(2);
    expect(genomes.every(({ kind }) => kind === 'genome')).toBe(true);
  });
});

it('the specs in the page are valid', () => {
  const blocks = [...read(PAGE).matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) => JSON.parse(text!) as object);
  const specs = blocks.filter((block) => 'family' in block);
  expect(specs.length).toBeGreaterThan(1);
  for (const spec of specs) expect(faultOf(spec)).toBeNull();
});
