import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express } from 'express';
import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { allQueues, type Producer } from '../../queues/producer.ts';
import { RequestError } from '../http/request-error.ts';
import { type RefuseMoneyWork } from './refuse-money-work.ts';

export const BULL_BOARD_PATH = '/queues';

export interface BullBoardOptions {
  readonly producer: Producer;
  /** Path before all paths, as browsers see them; or empty. */
  readonly basePath: string;
  readonly refuseMoneyWork: RefuseMoneyWork;
}

/**
 * Bull Board over all queues. Queues that move money are read-only; an attempt to change one is audited. It has no access
 * control: mount it behind ours.
 */
export function mountBullBoard(app: Express, { producer, basePath, refuseMoneyWork }: BullBoardOptions): void {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(`${basePath}${BULL_BOARD_PATH}`);
  createBullBoard({
    queues: allQueues(producer).map(
      (queue) => new BullMQAdapter(queue, { readOnlyMode: MONEY_QUEUES.includes(queue.name as QueueName) }),
    ),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Bittrading Corp',
        hideDocsLink: true,
        miscLinks: [{ text: 'Dashboard', url: `${basePath}/` }],
      },
    },
  });
  const board = serverAdapter.getRouter() as Express;
  board.disable('x-powered-by');
  // The board refuses too, but says nothing to the audit log.
  app.use(`${BULL_BOARD_PATH}/api/queues/:queue`, async (request, _response, next) => {
    const { queue } = request.params;
    const isMoney = MONEY_QUEUES.some((name) => name === queue);
    if (!isMoney || request.method === 'GET' || request.method === 'HEAD') next();
    else
      throw await refuseMoneyWork(`${queue}:${request.method} ${request.path}`, `${queue} is read-only in Bull Board`);
  });
  // The board checks no contract, id or account, and what it removes of the schedules is missed until the next start.
  app.use(`${BULL_BOARD_PATH}/api/queues/:queue`, (request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead || !/^\/(add|[^/]+\/update-data|job-schedulers(\/.*)?|obliterate)\/?$/.test(request.path)) return next();
    throw new RequestError(403, 'not-in-board', 'this cannot be done in Bull Board', {
      advice: 'Add jobs with POST /api/jobs/<queue> or corp jobs add; schedules belong to the company',
    });
  });
  app.use(BULL_BOARD_PATH, board);
}
