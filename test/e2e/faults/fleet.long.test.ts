import { describeFleetUnderKills } from '../../contract/fleet-under-kills.ts';

describeFleetUnderKills({ trials: 5_000, unitSize: 64, deaths: 12, leastInCycle: 5 });
