import { describeCoordinatorUnderKills } from './coordinator-under-kills.ts';

describeCoordinatorUnderKills({ units: 60, workers: 8, victims: ['coordinator', 'mongo'] });
