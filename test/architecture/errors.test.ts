import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { readFailedReason } from '../../queues/failed-reason.ts';
import { classify } from '../../processors/agent/job-errors.ts';
import { INPUT_CODES } from '../../src/domain/errors.ts';
import { scanErrors } from './error-codes.ts';
import { codeSpans, filesIn, read, section, SOURCES, tableRows } from './project-files.ts';

const page = read('docs/errors.md');
const { codes, passedOn, roots } = scanErrors(SOURCES);
const rowsOf = (heading: string): ReadonlyMap<string, string> =>
  new Map(tableRows(section(page, heading)).map(([code = '', second = '']) => [code.replaceAll('`', ''), second]));

const jobs = rowsOf('Jobs and commands');
const services = rowsOf('Services');
const answers = rowsOf('Answers of the API');

/** First cells of a section's table: each may name several codes. */
const listedIn = (heading: string): readonly string[] =>
  tableRows(section(page, heading)).flatMap(([first = '']) => codeSpans(first));

/** Codes of errors from other code. */
const classified = [
  classify(new Error('anything')).code,
  classify(new UnrecoverableError('enough')).code,
  readFailedReason('job stalled more than allowable limit').code,
];

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
const codesOf = (kind: string): readonly string[] => codes.filter((c) => c.kind === kind).map(({ code }) => code);

describe('docs/errors.md and the code name the same errors', () => {
  it('jobs and commands', () => {
    expect(unique([...jobs.keys()])).toEqual(
      unique([...codesOf('AppError'), ...codesOf('ContractError'), ...classified]),
    );
  });

  it('services', () => {
    expect(unique([...services.keys()])).toEqual(unique(codesOf('ServiceError')));
  });

  it('answers of the API, with their status', () => {
    // When a contract refuses the data, the answer of the API has the code of the contract.
    expect(unique([...answers.keys()])).toEqual(unique([...codesOf('RequestError'), 'bad-message']));
    const wrong = codes.filter(
      ({ code, status }) => status !== undefined && !(answers.get(code) ?? '').includes(String(status)),
    );
    expect(wrong).toEqual([]);
  });

  it('whether an error is retryable', () => {
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

  it('a code that is not a literal in the source is passed on', () => {
    expect(passedOn.map((where) => where.replace(/:\d+$/, '')).sort()).toEqual([
      'processors/agent/child-answers.ts',
      'src/api/routes/jobs.ts',
      'src/cli/output/answer-of.ts',
      'src/domain/errors.ts',
      'src/feed/cycle-run.ts',
      'src/http/error-response.ts',
    ]);
  });

  it('codes are kebab-case', () => {
    const named = [...jobs.keys(), ...services.keys(), ...answers.keys(), ...codes.map(({ code }) => code)];
    expect(named.filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  });

  it('codes with exit code 2', () => {
    const [line = ''] = /^Exit code 2: [^.]*\./m.exec(page) ?? [];
    expect(unique(codeSpans(line))).toEqual(unique([...INPUT_CODES]));
    expect([...INPUT_CODES].filter((code) => !jobs.has(code))).toEqual([]);
  });

  it('every error is an AppError, except those that the page lists', () => {
    const spans = codeSpans(section(page, 'Inside the embedded store'));
    expect(unique(roots)).toEqual(unique(['AppError', ...spans.filter((span) => /^[A-Z]\w+$/.test(span))]));
  });

  it('reasons of verdicts', () => {
    const source = filesIn(['src/domain/risk'], '.ts')
      .filter((path) => path !== 'src/domain/risk/approval.ts')
      .map(read)
      .join('\n');
    const made = [...source.matchAll(/(?:\bno|\bveto|\bscale|\bcut)\(\s*'([a-z-]+)'|\bcode: '([a-z-]+)'/g)].map(
      (match) => match[1] ?? match[2]!,
    );
    expect(unique(listedIn('Reasons of verdicts'))).toEqual(unique(made));
  });

  it('reasons for which the trader refuses an approval', () => {
    const made = [...read('src/domain/risk/approval.ts').matchAll(/\bcode: '([a-z-]+)',/g)].map(([, code]) => code!);
    expect(unique(listedIn('Refused approvals'))).toEqual(unique(made));
  });
});
