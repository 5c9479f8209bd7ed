import { describeServiceOutages } from './services-under-kills.ts';

describeServiceOutages(['redis', 'mongo', 'redis', 'mongo', 'mongo', 'redis', 'redis', 'mongo']);
