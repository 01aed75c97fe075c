import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Stack } from '../../core/domain/desired-state.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { serviceUrl } from '../../core/network/service-url.ts';
import type { Operation } from '../../core/plan/operation.ts';
import { runningAfter, startedServices } from '../../core/plan/running-after.ts';

/** A URL of a service on this machine. */
export interface Endpoint {
  readonly service: string;
  readonly url: string;
  /** model names of its API; empty for the coordinator */
  readonly models: readonly string[];
  /** path of the OpenAI chat endpoint; null if it has none */
  readonly chatPath: string | null;
}

export interface EndpointRequest {
  readonly stack: Pick<Stack, 'services'>;
  readonly selection: Pick<Selection, 'services'>;
  readonly operations: readonly Operation[];
  /** the project's containers before the operations */
  readonly containers: readonly Pick<ContainerFacts, 'service' | 'state' | 'ports'>[];
  /** address that new containers publish their ports on */
  readonly bind: string;
}

/** Returns the endpoints of all services that run when the operations are complete, in the order of the Compose file. */
export function endpointsAfter({
  stack,
  selection,
  operations,
  containers,
  bind,
}: EndpointRequest): readonly Endpoint[] {
  const running = runningAfter(operations, containers);
  const started = startedServices(operations);
  const selected = new Map(selection.services.map((service) => [service.service, service]));
  return stack.services.flatMap(({ name, role, port }) => {
    if (!running.has(name) || port === null) return [];
    // a container that stays as it is keeps the port it was created with
    const kept = started.has(name) ? undefined : containers.find(({ service }) => service === name)?.ports[0];
    const service = selected.get(name);
    const published = { address: kept?.address ?? bind, port: kept?.hostPort ?? port };
    return [
      {
        service: name,
        url: reachableUrl(role, published),
        models: service?.models.map((model) => model.name) ?? [],
        chatPath: service?.engine.chatPath ?? null,
      },
    ];
  });
}

/** A wildcard address is reached over loopback from this machine; the scheme follows from the published one. */
function reachableUrl(
  role: string,
  { address, port }: { readonly address: string; readonly port: number },
): string {
  return serviceUrl({ role, address, port })
    .replace('//0.0.0.0:', '//127.0.0.1:')
    .replace('//[::]:', '//[::1]:');
}
