/**
 * What BullMQ keeps of an error is one text, `failedReason`; dead letters, parents of a flow and commands read it, and people
 * see it on the board. Its form is `[code] message`: the code in brackets, one space, the message as it was. It is written
 * and read here only. A text that does not begin so is BullMQ's own.
 */
export interface FailedReason {
  readonly code: string;
  readonly message: string;
}

/** What BullMQ writes by itself when a worker lost the job too often. */
const STALLED = 'job stalled more than allowable limit';

export function failedReasonOf({ code, message }: FailedReason): string {
  return `[${code}] ${message}`;
}

export function readFailedReason(text: string): FailedReason {
  const end = text.indexOf('] ');
  if (text.startsWith('[') && end > 1) return { code: text.slice(1, end), message: text.slice(end + 2) };
  return { code: text === STALLED ? 'stalled' : 'unexpected', message: text };
}
