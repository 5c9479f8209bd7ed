import { describeForwardingUnderKills, MOMENTS } from './forwarding-under-kills.ts';

describeForwardingUnderKills(MOMENTS);
