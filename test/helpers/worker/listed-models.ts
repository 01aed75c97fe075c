import type { RunningCoordinator } from './coordinator.ts';

/** Returns the names in the coordinator's model list. */
export async function listed(coordinator: RunningCoordinator): Promise<readonly string[]> {
  const response = await fetch(`${coordinator.url}/v1/models`);
  const body = (await response.json()) as { data: { id: string }[] };
  return body.data.map((model) => model.id);
}

export async function workers(coordinator: RunningCoordinator) {
  const response = await fetch(`${coordinator.url}/v1/workers`);
  return ((await response.json()) as { workers: { id: string; state: string }[] }).workers;
}
