import { describeServiceOutages } from './services-under-kills.ts';

describeServiceOutages(['redis', 'mongo']);
