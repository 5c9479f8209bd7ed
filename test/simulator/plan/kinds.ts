/** Writes of the company, by the store that they go to. */
const WRITES = [
  'orders.insert',
  'orders.transition',
  'ledger.recordFills',
  'ledger.savePositions',
  'ledger.saveMark',
  'ledger.recordEquity',
  'approvals.issue',
  'approvals.consume',
  'intents.addMany',
  'intents.recordVerdict',
  'riskState.save',
  'audit.append',
  'alerts.raise',
  'feed.advance',
] as const;
const SENDS = ['broker.submit', 'broker.cancel'] as const;
const ANSWERS = [
  'broker.fetchOrder',
  'broker.fetchGroup',
  'broker.fills',
  'broker.balance',
  'broker.onCandles',
] as const;
const QUEUE = ['queue.add', 'queue.addFlow', 'queue.complete'] as const;

/** Jobs by the start of queue and name. */
const JOBS = [
  'trader',
  'trader execute',
  'trader cancel-open',
  'risk-manager',
  'risk-manager review',
  'risk-manager set-state',
  'risk-manager flatten',
  'analyst',
  'ceo',
  'ceo emergency',
] as const;

/** Faults with what they may strike. */
export const FAULTS = [
  { kind: 'crash-before', targets: ['', ...WRITES, ...SENDS, ...ANSWERS, ...QUEUE] },
  { kind: 'crash-before', targets: [...SENDS, 'orders.', 'ledger.', 'approvals.', 'riskState.save'] },
  { kind: 'crash-after', targets: ['', ...WRITES, ...SENDS, ...ANSWERS, ...QUEUE] },
  { kind: 'crash-after', targets: [...SENDS, 'orders.', 'ledger.', 'approvals.', 'riskState.save'] },
  { kind: 'lose-request', targets: [...SENDS, ...ANSWERS, ...WRITES] },
  { kind: 'lose-answer', targets: [...SENDS, ...ANSWERS, ...WRITES] },
  { kind: 'lose-answer', targets: [...SENDS] },
  { kind: 'delay', targets: ['', ...WRITES, ...SENDS, ...ANSWERS] },
  { kind: 'double-request', targets: [...SENDS] },
  { kind: 'freeze', targets: ['', ...WRITES, ...SENDS] },
  { kind: 'store-down', targets: ['orders.', 'ledger.', 'approvals.', 'intents.', 'riskState.', 'audit.', ''] },
  { kind: 'redis-down', targets: ['queue.', ''] },
  { kind: 'venue-down', targets: ['broker.'] },
  { kind: 'venue-down', targets: ['broker.submit'] },
  { kind: 'double-job', targets: JOBS },
  { kind: 'late-job', targets: JOBS },
  { kind: 'partial-fill', targets: [''] },
  { kind: 'late-fill-report', targets: [''] },
  { kind: 'fill-between', targets: ['', 'broker.openOrders', 'broker.cancel', 'riskState.save'] },
  { kind: 'fill-between', targets: ['broker.cancel'] },
  { kind: 'lose-request', targets: ['broker.cancel'] },
  { kind: 'reject', targets: ['broker.submit', 'broker.submit.flatten'] },
  { kind: 'lose-answer', targets: ['broker.submit.entry', 'broker.submit.exit', 'broker.submit.flatten'] },
  { kind: 'time-passes', targets: ['approvals.issue', 'approvals.consume', 'orders.insert', 'queue.complete'] },
  { kind: 'clock-skew', targets: [''] },
  { kind: 'unreadable-market', targets: ['data.series'] },
] as const;

/** Faults of plans on a plain venue alone. */
export const PLAIN_FAULTS = [
  { kind: 'crash-before', targets: ['venueAccounts.save', 'broker.submit', 'broker.cancel', 'broker.fills'] },
  { kind: 'crash-after', targets: ['venueAccounts.save', 'broker.submit', 'broker.cancel', 'broker.fills'] },
  { kind: 'lose-request', targets: ['broker.submit.leg', 'broker.cancel', 'venueAccounts.save'] },
  { kind: 'lose-answer', targets: ['broker.submit.leg', 'broker.cancel', 'venueAccounts.save'] },
  { kind: 'double-request', targets: ['broker.submit.leg', 'broker.cancel'] },
  { kind: 'freeze', targets: ['venueAccounts.save', 'broker.submit', 'broker.cancel'] },
  { kind: 'reject', targets: ['broker.submit.leg'] },
  { kind: 'fill-between', targets: ['broker.submit.leg', 'broker.cancel', 'venueAccounts.save'] },
  { kind: 'late-fill-report', targets: [''] },
  { kind: 'lose-order', targets: ['', 'broker.openOrders'] },
] as const;
export type FaultKind = (typeof FAULTS)[number]['kind'] | (typeof PLAIN_FAULTS)[number]['kind'];

export const ACTION_KINDS = [
  'halt',
  'reduce',
  'resume',
  'halt-and-resume',
  'halt-after-a-frozen-resume',
  'flatten',
  'flatten-and-halt',
  'emergency',
  'emergency-flatten',
  'retire',
  'add-strategy',
  'settle-the-future',
  'forged-approval',
  'changed-approval',
  'used-approval-again',
  'old-intent-again',
  'foreign-order',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** Operations after which a person's act is most likely to do harm. */
export const MOMENTS = [
  'approvals.issue',
  'approvals.consume',
  'riskState.get',
  'riskState.save',
  'broker.submit',
  'broker.submit',
  'broker.submit',
  'broker.cancel',
  'broker.onCandles',
  'broker.fills',
  'orders.transition',
  'ledger.recordFills',
  'intents.recordVerdict',
] as const;
