import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, openChildLog } from './child-log.ts';
import { mongodReady } from './probe-mongo.ts';
import { spawnWithParent } from './spawn-with-parent.ts';
import type { Program } from './supervised-process.ts';

/** A stand-alone mongod on loopback. `journal=true`: acknowledged writes are in the journal and survive SIGKILL. */
export function createPrivateMongod(binary: string, directory: string, port: number): Program {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true&journal=true`;
  const logPath = join(directory, 'mongod.log');
  const options = ['--dbpath', directory, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  return {
    name: 'mongod',
    spawn() {
      const log = openChildLog(logPath);
      const child = spawnWithParent(binary, options, log);
      closeSync(log);
      return child;
    },
    async ready(child, signal) {
      await mongodReady(url, child.pid, signal);
      return url;
    },
    lastOutput: () => lastLines(logPath),
  };
}
