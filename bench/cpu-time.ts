/** CPU time of this process, all threads, milliseconds: what a busy machine does not change much. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
