import { describeOwnersUnderKills } from './owners-under-kills.ts';

describeOwnersUnderKills({ phases: ['generate', 'backtest'], leastKills: 1, deaths: 1 });
