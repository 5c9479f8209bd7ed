import { type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { dev } from '../../../scripts/dev.mjs';

class FakeChild extends EventEmitter {
  readonly stdout = new PassThrough();
  exitCode: number | null = null;
  readonly signalCode = null;
  readonly signals: string[] = [];
  kill(signal: string): boolean {
    this.signals.push(signal);
    this.end(0);
    return true;
  }
  end(code: number): void {
    if (this.exitCode !== null) return;
    this.exitCode = code;
    this.emit('close', code);
  }
  prints(line: string): void {
    this.stdout.write(`${line}\n`);
  }
}

/** `dev` uses only these members of a child process. */
const asChild = (child: FakeChild): ChildProcess => child as unknown as ChildProcess;

function start() {
  const events = new EventEmitter();
  const compiler = new FakeChild();
  const programs: FakeChild[] = [];
  let save = (): void => undefined;
  const done = dev(['--port', '0'], {
    compiler: () => asChild(compiler),
    program(args) {
      expect(args).toEqual(['--port', '0']);
      const program = new FakeChild();
      programs.push(program);
      events.emit('started');
      return asChild(program);
    },
    files(onChange) {
      save = onChange;
      return () => (save = () => undefined);
    },
  });
  return { compiler, programs, done, save: () => save(), started: async () => once(events, 'started') };
}

describe('npm run dev', () => {
  it('starts the program once everything compiles, and restarts it after every change that compiles', async () => {
    const { compiler, programs, done, save, started } = start();
    const first = started();
    compiler.prints('8:00:00 PM - Found 2 errors. Watching for file changes.');
    compiler.prints('8:00:05 PM - Found 0 errors. Watching for file changes.');
    await first;
    expect(programs).toHaveLength(1);
    const second = started();
    save();
    compiler.prints('8:00:09 PM - Found 0 errors. Watching for file changes.');
    await second;
    expect(programs.map(({ signals }) => signals)).toEqual([['SIGTERM'], []]);
    compiler.end(1);
    expect(await done).toBe(0);
    expect(programs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });
});
