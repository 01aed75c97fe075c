import { createHash } from 'node:crypto';
import type { Desired } from '../../../src/core/domain/desired.ts';
import type { ModelCheck } from '../../../src/core/domain/model-check.ts';
import type { Observed, ObservedContainer } from '../../../src/core/domain/observed.ts';
import { type PinnedModel, pinnedBytes } from '../../../src/core/domain/pinned-model.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import { fleetInputOf } from './render-builders.ts';
import { stackOf } from './stack-of.ts';

/** What `up` wants for the input; every secret in use has some value. */
export function desiredOf(input: FleetInput = fleetInputOf()): Desired {
  const stack = stackOf(input);
  return {
    stack,
    files: new Map([
      ['/srv/demo/.rma/compose.yaml', stack.text],
      ['/srv/demo/.rma/resolved.json', '{}\n'],
    ]),
    secrets: new Map([...input.secrets].map((name) => [name, sha256(`value of ${name}`)])),
    workerImage: { tag: input.workerImage, base: input.config.images.workerBase },
    models: new Map([...input.pinned.values()].map((model) => [model.ref, model])),
  };
}

/** A box on which nothing was ever done. */
export function emptyBox(over: Partial<Observed> = {}): Observed {
  return {
    files: new Map(),
    directories: new Set(),
    secrets: new Map(),
    secretsWrittenAt: new Map(),
    images: new Set(),
    volumes: new Map(),
    containers: [],
    store: null,
    freeBytes: null,
    portsTaken: new Set(),
    ...over,
  };
}

/** When the containers of `doneBox` were started; its secrets were written a second earlier. */
export const STARTED_AT = Date.UTC(2026, 0, 2);

/** A box on which everything is as desired. */
export function doneBox(desired: Desired, over: Partial<Observed> = {}): Observed {
  const { stack, files, secrets, workerImage, models } = desired;
  return {
    files: new Map([...files].map(([path, text]) => [path, sha256(text)])),
    directories: new Set(stack.directories.map(({ path }) => path)),
    secrets,
    secretsWrittenAt: new Map([...secrets.keys()].map((name) => [name, STARTED_AT - 1000])),
    images: new Set([workerImage.tag, workerImage.base, ...stack.engineImages]),
    volumes: new Map(
      stack.volumes.map(({ name, labels, options }) => [name, { name, labels, driver: 'local', options }]),
    ),
    containers: stack.services.map(
      ({ name, role, profile, image, configHash, engines }): ObservedContainer => ({
        service: name,
        role,
        profile,
        image,
        configHash,
        state: 'running',
        health: 'healthy',
        worker: role === 'worker' ? { state: 'ready', failure: null } : null,
        engines: role === 'worker' ? engines : null,
        engineFault: null,
        startedAt: STARTED_AT,
      }),
    ),
    store: new Map([...models.values()].map((model) => [model.ref, checkOf(model, 'present')])),
    freeBytes: 100_000_000,
    portsTaken: new Set(),
    ...over,
  };
}

export function checkOf(model: PinnedModel, state: ModelCheck['state']): ModelCheck {
  const totalBytes = pinnedBytes(model);
  const missing = state === 'present' ? [] : model.files;
  return { ref: model.ref, state, missing, totalBytes, missingBytes: state === 'present' ? 0 : totalBytes };
}

/** The observation with one container changed; null takes it away. */
export function withContainer(
  observed: Observed,
  service: string,
  change: Partial<ObservedContainer> | null,
): Observed {
  const containers = observed.containers.flatMap((container) => {
    if (container.service !== service) return [container];
    return change === null ? [] : [{ ...container, ...change }];
  });
  return { ...observed, containers };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
