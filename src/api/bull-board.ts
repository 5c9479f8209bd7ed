import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express } from 'express';
import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { allQueues, type Producer } from '../../queues/producer.ts';

export const BULL_BOARD_PATH = '/queues';

/**
 * Bull Board over all queues. Queues that move money are read-only. It has no access control: mount it behind ours.
 */
export function mountBullBoard(app: Express, producer: Producer): void {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(BULL_BOARD_PATH);
  createBullBoard({
    queues: allQueues(producer).map(
      (queue) => new BullMQAdapter(queue, { readOnlyMode: MONEY_QUEUES.includes(queue.name as QueueName) }),
    ),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Bittrading Corp',
        hideDocsLink: true,
        miscLinks: [{ text: 'Dashboard', url: '/' }],
      },
    },
  });
  const board = serverAdapter.getRouter() as Express;
  board.disable('x-powered-by');
  app.use(BULL_BOARD_PATH, board);
}
