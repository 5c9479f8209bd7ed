import { describe, expect, it } from 'vitest';
import { explain, parseFailedReason } from '../../processors/agent/job-errors.ts';
import { IllegalTransitionError } from '../../src/domain/orders/state-machine.ts';
import { scanErrors } from './error-codes.ts';
import { codeSpans, filesIn, read, section, SOURCES, tableRows } from './project-files.ts';

const page = read('docs/errors.md');
const { codes, passedOn, classes } = scanErrors(SOURCES);
const rowsOf = (heading: string): ReadonlyMap<string, string> =>
  new Map(tableRows(section(page, heading)).map(([code = '', second = '']) => [code.replaceAll('`', ''), second]));

const jobs = rowsOf('Jobs and commands');
const services = rowsOf('Services');
const answers = rowsOf('Answers of the API');

/** Codes that are made elsewhere than in a `new AppError`. */
const classified = [
  explain(new Error('anything')).code,
  parseFailedReason('job stalled more than allowable limit').code,
  'unrecoverable',
  new IllegalTransitionError({ clientOrderId: 'bc-1', state: 'filled' }, 'open', 'why').code,
];

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
const codesOf = (kind: string): readonly string[] => codes.filter((c) => c.kind === kind).map(({ code }) => code);

describe('docs/errors.md and the code name the same errors', () => {
  it('jobs and commands', () => {
    expect(unique([...jobs.keys()])).toEqual(unique([...codesOf('AppError'), ...classified]));
  });

  it('services', () => {
    expect(unique([...services.keys()])).toEqual(unique(codesOf('ServiceError')));
  });

  it('answers of the API, with their status', () => {
    // What an API answers of a contract's refusal carries the contract's own code.
    expect(unique([...answers.keys()])).toEqual(unique([...codesOf('RequestError'), 'bad-message']));
    const wrong = codes.filter(
      ({ code, status }) => status !== undefined && !(answers.get(code) ?? '').includes(String(status)),
    );
    expect(wrong).toEqual([]);
  });

  it('whether trying again can help', () => {
    const said = new Map([...jobs, ...services]);
    const wrong = [...said].flatMap(([code, column]) => {
      const flags = new Set(
        codes.filter((c) => c.code === code && c.kind !== 'RequestError').map(({ retryable }) => retryable),
      );
      if (flags.size === 0) return [];
      const expected = flags.size === 2 ? 'depends' : flags.has(true) ? 'yes' : 'no';
      return column === expected ? [] : [`${code}: the page says ${column}, the code ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  it('a code that does not stand in the source is one that is passed on', () => {
    expect(passedOn.map((where) => where.replace(/:\d+$/, '')).sort()).toEqual([
      'src/api/routes/jobs.ts',
      'src/cli/output/answer-of.ts',
      'src/http/error-response.ts',
    ]);
  });

  it('classes of errors without a code', () => {
    const withCodes = ['AppError', 'ServiceError', 'ServicesInUseError', 'RequestError', 'ContractError'];
    const spans = codeSpans(page);
    const missing = classes.filter((name) => !withCodes.includes(name) && name !== 'IllegalTransitionError');
    expect(missing.filter((name) => !spans.includes(name))).toEqual([]);
  });

  it('reasons of verdicts', () => {
    const listed = tableRows(section(page, 'Reasons of verdicts')).flatMap(([first = '']) => codeSpans(first));
    const source = filesIn(['src/domain/risk'], '.ts').map(read).join('\n');
    const made = [...source.matchAll(/(?:\bno|\bscale|\bcut)\(\s*'([a-z-]+)'|\bcode: '([a-z-]+)'/g)].map(
      (match) => match[1] ?? match[2]!,
    );
    // What verifyApproval answers to the trader is no reason of a verdict.
    expect(unique(listed)).toEqual(unique(made.filter((code) => !['bad-signature', 'expired'].includes(code))));
  });
});
