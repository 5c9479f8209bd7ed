/**
 * BullMQ stores one text per failed job, `failedReason`. Dead letters, parents of a flow and commands read it, and Bull
 * Board shows it. Its format is `[code] message`: the code in brackets, one space, the unchanged message. Only this file
 * writes and parses it. A text in another format comes from BullMQ itself.
 */
export interface FailedReason {
  readonly code: string;
  readonly message: string;
}

/** BullMQ's own text for a job that stalled too often. */
const STALLED = 'job stalled more than allowable limit';

export function failedReasonOf({ code, message }: FailedReason): string {
  return `[${code}] ${message}`;
}

export function readFailedReason(text: string): FailedReason {
  const end = text.indexOf('] ');
  if (text.startsWith('[') && end > 1) return { code: text.slice(1, end), message: text.slice(end + 2) };
  return { code: text === STALLED ? 'stalled' : 'unexpected', message: text };
}
