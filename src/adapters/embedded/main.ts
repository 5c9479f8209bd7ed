import { parseArgs } from 'node:util';
import { hasCode, sentenceOf } from '../../domain/errors.ts';
import { startEmbeddedStore } from './server.ts';

/** Runs the store as a separate process. Prints `{"url": ...}` when ready; logs go to standard error. */
const USAGE = 'usage: main.js --directory DIR [--port N] [--exit-with-parent]';

function fail(status: number, line: string): never {
  process.stderr.write(`embedded store: ${line}\n`);
  process.exit(status);
}

function flags(): { directory: string; port: number; exitWithParent: boolean } {
  const options = {
    directory: { type: 'string' },
    port: { type: 'string', default: '0' },
    'exit-with-parent': { type: 'boolean', default: false },
  } as const;
  try {
    const { directory, port, 'exit-with-parent': exitWithParent } = parseArgs({ options }).values;
    if (directory === undefined || directory === '') throw new Error('--directory is missing');
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`--port '${port}' is not a port number`);
    return { directory, port: Number(port), exitWithParent };
  } catch (error) {
    return fail(2, `${(error as Error).message.split('\n')[0]}; ${USAGE}`);
  }
}

const { directory, port, exitWithParent } = flags();
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const onFailure = (error: Error): never => fail(1, `the disk refused a write: ${error.message}`);
const store = await startEmbeddedStore({ directory, port, log, onFailure }).catch((error: unknown) =>
  fail(hasCode(error, 'store-locked') ? 2 : 1, sentenceOf(error)),
);

const stop = (): void => {
  store.close().then(
    () => process.exit(0),
    (error: unknown) => fail(1, String(error)),
  );
};
process.once('SIGTERM', stop).once('SIGINT', stop);
// The pipe from the parent closes in every case in which the parent ends, including SIGKILL.
if (exitWithParent) process.stdin.once('end', stop).once('error', stop).resume();
process.stdout.write(`${JSON.stringify({ url: store.url })}\n`);
