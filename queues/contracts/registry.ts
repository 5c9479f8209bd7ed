import { type z } from 'zod';
import { type QueueName } from '../names.ts';
import { analystContract } from './analyst.ts';
import { backtestContract } from './backtest.ts';
import { ceoContract } from './ceo.ts';
import { marketScannerContract } from './market-scanner.ts';
import { optimizerContract } from './optimizer.ts';
import { riskManagerContract } from './risk-manager.ts';
import { strategyGeneratorContract } from './strategy-generator.ts';
import { strategySelectorContract } from './strategy-selector.ts';
import { taskManagerContract } from './task-manager.ts';
import { traderContract } from './trader.ts';
import { workerManagerContract } from './worker-manager.ts';

/** Contracts of all agents, by queue. */
export const CONTRACTS = {
  ceo: ceoContract,
  'market-scanner': marketScannerContract,
  analyst: analystContract,
  'strategy-generator': strategyGeneratorContract,
  backtest: backtestContract,
  optimizer: optimizerContract,
  'strategy-selector': strategySelectorContract,
  'risk-manager': riskManagerContract,
  trader: traderContract,
  'task-manager': taskManagerContract,
  'worker-manager': workerManagerContract,
} as const satisfies Record<QueueName, unknown>;

type Jobs<Q extends QueueName> = (typeof CONTRACTS)[Q]['jobs'];
export type JobName<Q extends QueueName> = keyof Jobs<Q> & string;
type Schema<Q extends QueueName, N extends JobName<Q>, K extends 'data' | 'result'> =
  Jobs<Q>[N] extends Record<K, infer S extends z.ZodType> ? S : never;

/** Payload as a caller writes it (defaults may be omitted), payload as a handler reads it, and result. */
export type PayloadInput<Q extends QueueName, N extends JobName<Q>> = z.input<Schema<Q, N, 'data'>>;
export type Payload<Q extends QueueName, N extends JobName<Q>> = z.output<Schema<Q, N, 'data'>>;
export type Result<Q extends QueueName, N extends JobName<Q>> = z.output<Schema<Q, N, 'result'>>;
