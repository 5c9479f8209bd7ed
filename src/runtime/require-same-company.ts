import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { AppError } from '../domain/errors.ts';
import { knownSecret, secretIdOf } from './approval-secret.ts';
import { type ReadContext } from './read-context.ts';

/**
 * Refuses agents that would work beside their company: on another store, where they would keep books of their own, or with
 * another signing secret, so that the trader refuses every approval.
 * @throws AppError `other-store`, `other-secret`
 */
export async function requireSameCompany(
  { descriptor, meta, config }: Pick<ReadContext, 'descriptor' | 'meta' | 'config'>,
  queues: readonly QueueName[],
): Promise<void> {
  const { account, storeId, secretId } = descriptor;
  if (storeId !== undefined && (await meta.identity()) !== storeId) {
    throw new AppError('other-store', `the store of this process is not that of the company of ${account}`, {
      advice: 'Set MONGO_URL (and CORP_DATABASE__NAMESPACE) as for the company',
    });
  }
  if (secretId === undefined || !needsSecret(queues)) return;
  const secret = knownSecret(config.secrets.approvalSecret, config.database.dataDirectory);
  if (secret !== null && secretIdOf(secret) === secretId) return;
  throw otherSecret(secret === null ? 'has no signing secret' : 'has another signing secret than the company');
}

/** For a process that joins a company: it makes no secret of its own. @throws AppError `other-secret` */
export function requireSecret({ config }: Pick<ReadContext, 'config'>, queues: readonly QueueName[]): void {
  const { secrets, database } = config;
  if (needsSecret(queues) && knownSecret(secrets.approvalSecret, database.dataDirectory) === null)
    throw otherSecret('has no signing secret');
}

const needsSecret = (queues: readonly QueueName[]): boolean => MONEY_QUEUES.some((queue) => queues.includes(queue));

const otherSecret = (problem: string): AppError =>
  new AppError('other-secret', `this process serves ${MONEY_QUEUES.join(' and ')}, but ${problem}`, {
    advice: 'Set APPROVAL_SECRET as for the company, copy its .data/approval-secret, or serve other queues',
  });
