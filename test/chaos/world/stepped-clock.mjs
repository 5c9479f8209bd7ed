import { readFileSync } from 'node:fs';

/**
 * `node --import` this file to step the wall clock of a process: the file named by CHAOS_CLOCK holds the step in milliseconds.
 * As with a real clock, timers and monotonic time go on undisturbed.
 */
const LOOK_EVERY_MS = 100;
const path = process.env.CHAOS_CLOCK;
const RealDate = Date;
let step = 0;

function look() {
  try {
    step = Number(readFileSync(path, 'utf8')) || 0;
  } catch {
    step = 0;
  }
}

if (path !== undefined) {
  globalThis.Date = class Date extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + step);
      else super(...args);
    }
    static now() {
      return RealDate.now() + step;
    }
  };
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
}
