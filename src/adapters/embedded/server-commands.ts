import { type CommandTable } from './command.ts';
import { LARGEST_DOCUMENT } from './log-record.ts';
import { refuse } from './store-error.ts';
import { LARGEST_MESSAGE } from './wire.ts';

const VERSION = '7.0.0';

/** What a driver asks before it works, and what tells this store from a real server: `embeddedStore`. */
const hello: CommandTable[string] = {
  fields: ['*'],
  run: (_, { now }) => ({
    ...{ helloOk: true, ismaster: true, isWritablePrimary: true, readOnly: false, embeddedStore: true },
    ...{ maxBsonObjectSize: LARGEST_DOCUMENT, maxMessageSizeBytes: LARGEST_MESSAGE, maxWriteBatchSize: 100_000 },
    ...{ minWireVersion: 0, maxWireVersion: 21, logicalSessionTimeoutMinutes: 30, localTime: now() },
  }),
};

const buildInfo: CommandTable[string] = {
  fields: [],
  run: () => ({
    ...{
      version: VERSION,
      versionArray: [7, 0, 0, 0],
      gitVersion: 'embedded',
      modules: ['corp-embedded'],
      embeddedStore: true,
    },
    ...{ bits: 64, debug: false, maxBsonObjectSize: LARGEST_DOCUMENT },
  }),
};

export const serverCommands: CommandTable = {
  hello,
  isMaster: hello,
  ismaster: hello,
  buildInfo,
  buildinfo: buildInfo,
  ping: { fields: [], run: () => ({}) },
  endSessions: { fields: [], run: () => ({}) },
  getParameter: {
    fields: ['featureCompatibilityVersion'],
    run: (command) =>
      'featureCompatibilityVersion' in command
        ? { featureCompatibilityVersion: { version: VERSION.slice(0, 3) } }
        : refuse('InvalidOptions', 'getParameter: the embedded store only has featureCompatibilityVersion'),
  },
};
