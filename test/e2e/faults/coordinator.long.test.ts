import { describeCoordinatorUnderKills } from './coordinator-under-kills.ts';

describeCoordinatorUnderKills({
  units: 180,
  workers: 14,
  victims: ['coordinator', 'coordinator', 'redis', 'coordinator', 'mongo', 'coordinator'],
});
