import type { Desired, DesiredService } from '../domain/desired.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import type { ServiceOperation } from './operation.ts';
import { changedSecrets } from './plan-files.ts';

const ROLES = ['coordinator', 'worker', 'engine'] as const;

/** Workers look at the store in these states: what they miss, they fetch without being asked. */
const FETCHING = new Set(['checking', 'downloading', 'verifying']);

/** What is to be done with each service, in the order of the start: coordinator, workers, engines. */
export function planServices(desired: Desired, observed: Observed): ServiceOperation[] {
  const secrets = changedSecrets(desired, observed);
  const containers = new Map(observed.containers.map((container) => [container.service, container]));
  const inOrder = ROLES.flatMap((role) => desired.stack.services.filter((service) => service.role === role));
  return inOrder.flatMap((service): ServiceOperation[] => {
    const step = stepFor(service, containers.get(service.name), secrets, observed);
    return step === null ? [] : [{ ...step, service: service.name, role: service.role, destructive: false }];
  });
}

type Step = Pick<ServiceOperation, 'kind' | 'cause'>;

function stepFor(
  service: DesiredService,
  container: ObservedContainer | undefined,
  secrets: ReadonlySet<string>,
  observed: Observed,
): Step | null {
  if (container === undefined) return { kind: 'start-service', cause: 'not there' };
  if (container.configHash !== service.configHash) {
    return { kind: 'recreate-service', cause: 'its definition changed' };
  }
  if (container.state !== 'running' && container.state !== 'restarting' && container.state !== 'paused') {
    return { kind: 'start-service', cause: `it is ${container.state}` };
  }
  const cause =
    troubleOf(container) ??
    changedSecret(service, container, secrets, observed) ??
    missingModels(service, container, observed);
  return cause === null ? null : { kind: 'restart-service', cause };
}

/** A container keeps the file that it was started with: an \`up\` that was cut off after it wrote left the old one there. */
function changedSecret(
  { secrets }: DesiredService,
  { startedAt }: ObservedContainer,
  changing: ReadonlySet<string>,
  { secretsWrittenAt }: Observed,
): string | null {
  const changes = secrets.find((name) => changing.has(name));
  if (changes !== undefined) return `its secret ${changes} changes`;
  const later = secrets.find((name) => startedAt !== null && (secretsWrittenAt.get(name) ?? 0) > startedAt);
  return later === undefined ? null : `its secret ${later} changed after it was started`;
}

function troubleOf({ state, health, worker, engineFault }: ObservedContainer): string | null {
  if (state === 'restarting') return 'it ends again and again';
  if (state === 'paused') return 'it is paused';
  if (worker?.state === 'failed') return `it failed (${worker.failure?.code ?? 'no code'})`;
  if (engineFault !== null) return `it failed (${engineFault})`;
  if (health === 'unhealthy') return 'it is unhealthy';
  return null;
}

/** A worker that is past its own check does not look again for models that were taken from under it. */
function missingModels(
  service: DesiredService,
  container: ObservedContainer,
  observed: Observed,
): string | null {
  if (container.worker === null || FETCHING.has(container.worker.state)) return null;
  const missing = service.models.some((ref) => {
    const check = observed.store?.get(ref);
    return check !== undefined && check.state !== 'present';
  });
  return missing ? 'its models are not all in the store' : null;
}
