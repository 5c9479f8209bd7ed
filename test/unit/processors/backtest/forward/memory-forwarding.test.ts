import { forwardingContract } from '../../../../contract/forwarding.contract.ts';
import { createMemoryForwarding } from '../../../../fixtures/memory-forwarding.ts';

forwardingContract('memory', async () => ({ forwarding: createMemoryForwarding(), close: async () => undefined }));
