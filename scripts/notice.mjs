/** Prints progress of the set-up to standard error; standard output belongs to the program. */
export function notice(text) {
  process.stderr.write(`${text}\n`);
}
