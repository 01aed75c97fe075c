import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Operation } from './operation.ts';
import type { Plan } from './plan-types.ts';
import { summarise } from './summarise.ts';

/**
 * Takes the project's containers, network and secret copies away; volumes stay. Workers stop first: they leave the
 * coordinator and let requests in flight finish while the engines still run.
 */
export function downPlan(observed: Observed, { project }: { readonly project: string }): Plan {
  const containers = [...observed.containers].sort((a, b) => (a.service < b.service ? -1 : 1));
  const of = (role: ObservedContainer['role']) => containers.filter((container) => container.role === role);
  const operations: Operation[] = [
    ...of('worker')
      .filter(({ state }) => state === 'running')
      .map((worker) => serviceStep('stop-service', worker, 'drains: its models leave the coordinator first')),
    ...[...of('engine'), ...of('worker'), ...of('coordinator')].map((container) =>
      serviceStep('remove-service', container, 'down'),
    ),
    ...(containers.length === 0 ? [] : [networkStep(project)]),
    ...[...observed.secrets.keys()].sort().map(secretStep),
  ];
  return { operations, checks: [], summary: summarise(operations, observed.freeBytes) };
}

function serviceStep(
  kind: 'stop-service' | 'remove-service',
  { service, role }: ObservedContainer,
  cause: string,
): Operation {
  return { kind, service, role, cause, destructive: false };
}

function networkStep(project: string): Operation {
  return { kind: 'remove-network', project, cause: 'down', destructive: false };
}

function secretStep(name: string): Operation {
  return { kind: 'remove-secret', name, cause: 'down', destructive: false };
}
