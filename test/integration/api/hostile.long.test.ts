import { describeHostileRequests } from './hostile-requests.ts';

// HOSTILE_REQUESTS=20000 npx vitest run --project long test/integration/api/hostile.long.test.ts
describeHostileRequests(Number(process.env['HOSTILE_REQUESTS'] ?? 5000));
