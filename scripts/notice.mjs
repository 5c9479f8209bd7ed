/** Progress of the set-up: on standard error, for standard output belongs to the program. */
export function notice(text) {
  process.stderr.write(`${text}\n`);
}
