import { describeOwnersUnderKills } from './owners-under-kills.ts';

describeOwnersUnderKills({
  phases: ['start', 'scan', 'analyze', 'generate', 'backtest', 'backtest', 'optimize', 'optimize'],
  leastKills: 5,
  deaths: 3,
});
