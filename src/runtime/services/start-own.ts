import { withFreePort } from './free-port.ts';
import { identifyProcess } from '../../process-lock/process-identity.ts';
import type { Service, ServiceKind, StartContext, Started } from './service.ts';
import { supervise, type Program } from './supervised-process.ts';

/** Runs a private service on a free port under supervision, and records it in the registry. */
export async function startOwn(
  context: StartContext,
  slot: 'redis' | 'mongo',
  kind: ServiceKind,
  createProgram: (port: number) => Program,
): Promise<Started> {
  const onProcess = (pid: number, url?: string): void =>
    context.registry.record(slot, { kind, url, process: identifyProcess(pid) ?? undefined });
  return withFreePort(async (port) => {
    const program = createProgram(port);
    const own = await supervise(program, { ...context, onProcess });
    context.log.info(`${program.name} is ready`, { service: program.name, pid: own.pid(), port });
    const service: Service = {
      url: own.url,
      kind,
      get pid() {
        return own.pid();
      },
    };
    return { service, stop: () => own.stop() };
  });
}
