import { describeHostileRequests } from './hostile-requests.ts';

describeHostileRequests(200);
