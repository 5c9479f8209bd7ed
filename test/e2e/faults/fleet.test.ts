import { describeFleetUnderKills } from '../../contract/fleet-under-kills.ts';

describeFleetUnderKills({ trials: 640, unitSize: 8, deaths: 6, leastInCycle: 2 });
