import { describeFleetUnderKills } from '../../contract/fleet-under-kills.ts';

describeFleetUnderKills({ trials: 320, unitSize: 8, deaths: 3, leastInCycle: 1 });
