import { describeForwardingUnderKills } from './forwarding-under-kills.ts';

describeForwardingUnderKills(['for a unit, which it makes without a word']);
