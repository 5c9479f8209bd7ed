import { type Broadcast, type Broadcaster } from '../../ports/broadcaster.ts';
import { type Logger } from '../../ports/logger.ts';

/**
 * Logs what people must see even if nobody reads the stream: alerts (flattening among them), fills and trading states.
 * Logged before it is published, so that it is seen without Redis too.
 */
export function logBroadcasts(broadcaster: Broadcaster, log: Logger): Broadcaster {
  return {
    async publish(broadcast) {
      logBroadcast(broadcast, log);
      await broadcaster.publish(broadcast);
    },
  };
}

function logBroadcast({ topic, data }: Broadcast, log: Logger): void {
  switch (topic) {
    case 'alert': {
      const { severity, title, text, key, account } = data;
      const level = severity === 'critical' ? 'error' : severity === 'warning' ? 'warn' : 'info';
      return log[level](`alert: ${String(title)}: ${String(text)}`, { key, ...(account !== undefined && { account }) });
    }
    case 'fill': {
      const { symbol, side, amount, price, purpose, ...rest } = data;
      const what = `${String(side)} ${String(amount)} ${String(symbol)} at ${String(price)} (${String(purpose)})`;
      return log.info(`fill: ${what}`, { agent: 'trader', ...rest });
    }
    case 'trading-state': {
      const { state, reason, by, account } = data;
      const level = state === 'ACTIVE' ? 'info' : 'warn';
      return log[level](`trading is ${String(state)}, set by ${String(by)}: ${String(reason)}`, {
        agent: 'risk-manager',
        account,
      });
    }
    default:
  }
}
