import type { WorkerConfig } from '../domain/worker-config.ts';

/** Returns the services whose state a worker reports: its engines, and the part of a model that its host runs in a group. */
export function engineServices({
  engines,
  group,
}: Pick<WorkerConfig, 'engines' | 'group'>): readonly string[] {
  const services = engines.map(({ service }) => service);
  return group === undefined || services.includes(group.service) ? services : [...services, group.service];
}
