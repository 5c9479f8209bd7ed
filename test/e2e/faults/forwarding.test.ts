import { describeForwardingUnderKills } from './forwarding-under-kills.ts';

describeForwardingUnderKills(['for a unit, which it creates without an answer']);
