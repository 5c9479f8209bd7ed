import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';
import { type Environment } from '../../../config/process-environment.ts';
import { createIo, type CliIo } from '../../../src/cli/output/io.ts';
import { run } from '../../../src/cli/run.ts';

export interface Recorded {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function recordedIo(environment: Environment = {}): { io: CliIo; stdout: () => string; stderr: () => string } {
  const written = { stdout: '', stderr: '' };
  const into = (name: keyof typeof written): Writable =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        written[name] += text;
        done();
      },
    });
  const io = createIo({ stdout: into('stdout'), stderr: into('stderr') }, { environment, cwd: tmpdir() });
  return { io, stdout: () => written.stdout, stderr: () => written.stderr };
}

/** Runs a command line in this process. Only for commands that open no services. */
export async function corp(args: readonly string[], environment?: Environment): Promise<Recorded> {
  const { io, stdout, stderr } = recordedIo(environment);
  const exitCode = await run(args, io);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}
