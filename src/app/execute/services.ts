import type { DrainOperation, ServiceOperation } from '../../core/plan/operation.ts';
import { step } from '../desired/step.ts';
import { projectFiles } from '../observe/project-files.ts';
import type { Execution } from './execution.ts';

/**
 * Creates, recreates or starts the containers of services with one Compose command.
 * @throws RmaError RMA_COMPOSE_FAILED (1), RMA_PORT_TAKEN (3)
 */
export async function composeUp(
  { host, invocation, payload, containers, inTurn, signal }: Execution,
  operations: readonly ServiceOperation[],
): Promise<void> {
  const { config } = payload;
  const services = operations.map(({ service }) => service);
  const ofKind = (wanted: ServiceOperation['kind']) =>
    operations.flatMap(({ kind, service }) => (kind === wanted ? [service] : []));
  const named = { start: ofKind('start-service'), recreate: ofKind('recreate-service') };
  const project = { name: config.project, file: projectFiles(config).compose };
  await step(invocation, `starting ${services.join(', ')}`, () =>
    inTurn(async () => {
      // another command may have failed while this one waited for its turn
      signal.throwIfAborted();
      await host.docker.up(project, named, invocation.signal);
    }),
  );
  await containers.refresh();
}

/** Stops a container within its grace period and starts it again. */
export async function restartService(
  { host, invocation, payload, containers }: Execution,
  { service }: ServiceOperation,
): Promise<void> {
  const ids = payload.containers.get(service) ?? [];
  await step(invocation, `restarting ${service}`, async () => {
    await host.engine.stop(ids);
    await host.engine.start(ids);
  });
  await containers.refresh();
}

/** Stops and removes a container. */
export async function removeService(
  { host, invocation, payload, containers }: Execution,
  { service }: ServiceOperation,
): Promise<void> {
  const ids = payload.containers.get(service) ?? [];
  await step(invocation, `removing ${service}`, async () => {
    await host.engine.stop(ids);
    await host.engine.remove(ids);
  });
  await containers.refresh();
}

/** Stops a worker: it leaves the coordinator and ends when no request is in flight, or at its drain timeout. */
export async function drainWorker(
  { host, invocation, payload }: Execution,
  { service }: DrainOperation,
): Promise<void> {
  const ids = payload.containers.get(service) ?? [];
  await step(invocation, `draining ${service}: letting requests in flight finish`, () =>
    host.engine.stop(ids),
  );
}

/** Starts the container of a drained worker again. */
export async function resumeWorker(
  { host, invocation, payload, containers }: Execution,
  { service }: DrainOperation,
): Promise<void> {
  const ids = payload.containers.get(service) ?? [];
  await step(invocation, `resuming ${service}`, () => host.engine.start(ids));
  await containers.refresh();
}
