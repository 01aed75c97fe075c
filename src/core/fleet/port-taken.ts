import type { ContainerSummary } from '../domain/container.ts';
import { COORDINATOR_SERVICE } from '../domain/registration.ts';

/** The service of another rma project that publishes a port. */
export type PortHolder = Pick<ContainerSummary, 'project' | 'service'>;

/** The text of an error. */
export interface PortFault {
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** Returns services by the port that they publish. */
export function portHolders(containers: readonly ContainerSummary[]): ReadonlyMap<number, PortHolder> {
  return new Map(containers.flatMap((holder) => holder.published.map((port) => [port, holder] as const)));
}

/** Describes a port of a service that something outside the project uses; `holder` is null for a program of unknown name. */
export function portFault(port: number, service: string, holder: PortHolder | null): PortFault {
  const option = service === COORDINATOR_SERVICE ? '--coordinator-port PORT' : `--port ${service}=PORT`;
  const choose = `choose another port: ${option}`;
  if (holder === null) {
    return {
      message: `port ${port} for ${service} is already in use by another program`,
      hint: `${choose} (to find the process: ss -ltnp 'sport = :${port}')`,
      details: { service, port },
    };
  }
  return {
    message: `port ${port} for ${service} is already in use by ${holder.service} of the rma project "${holder.project}"`,
    hint: `${choose}; or stop that project: rma down -p ${holder.project}`,
    details: { service, port, project: holder.project },
  };
}
