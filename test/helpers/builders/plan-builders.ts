import { createHash } from 'node:crypto';
import { imageKey } from '../../../src/core/docker/image-reference.ts';
import type { DesiredState } from '../../../src/core/domain/desired-state.ts';
import type { FileFacts } from '../../../src/core/domain/file-facts.ts';
import type { ModelCheck } from '../../../src/core/domain/model-check.ts';
import type { Observed, ObservedContainer } from '../../../src/core/domain/observed.ts';
import { type PinnedModel, pinnedBytes } from '../../../src/core/domain/pinned-model.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import { stableImageTags } from '../../../src/core/image-tag.ts';
import { RMA_VERSION } from '../../../src/core/version.ts';
import { containerOf } from '../host/container-of.ts';
import { observedOf, snapshotOf } from '../host/snapshot-of.ts';
import { fleetInputOf } from './render-builders.ts';
import { stackOf } from './stack-of.ts';

/** Returns the desired state of `up` for the input; every secret in use has a value. */
export function desiredOf(input: FleetInput = fleetInputOf()): DesiredState {
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

/** Returns the observed state of an empty host. */
export function emptyBox(over: Partial<Observed> = {}): Observed {
  return {
    ...snapshotOf(over),
    containers: [],
    store: null,
    freeBytes: null,
    portsTaken: new Set(),
    ...over,
  };
}

/** The start time of the containers of `doneBox`; its secrets were written a second earlier. */
export const STARTED_AT = Date.UTC(2026, 0, 2);

const DIRECTORY: FileFacts = { kind: 'directory', uid: 1000, gid: 1000, mode: 0o2775, modifiedMs: 0 };

/** Returns an observed state that equals the desired state. */
export function doneBox(desired: DesiredState, over: Partial<Observed> = {}): Observed {
  const { stack, files, secrets, workerImage, models } = desired;
  return emptyBox({
    files: new Map([...files].map(([path, text]) => [path, sha256(text)])),
    composeText: stack.text,
    directories: new Map(stack.directories.map(({ path }) => [path, DIRECTORY])),
    secrets,
    secretsWrittenAt: new Map([...secrets.keys()].map((name) => [name, STARTED_AT - 1000])),
    images: new Set(
      [workerImage.tag, ...stableImageTags(RMA_VERSION), workerImage.base, ...stack.engineImages].map(
        imageKey,
      ),
    ),
    volumes: new Map(
      stack.volumes.map(({ name, labels, options }) => [name, { name, labels, driver: 'local', options }]),
    ),
    containers: stack.services.map(
      ({ name, role, profile, image, configHash, engines }): ObservedContainer => ({
        ...observedOf(containerOf({ service: name, profile, image, configHash, startedAt: STARTED_AT })),
        role,
        worker: role === 'worker' ? { state: 'ready', failure: null } : null,
        engines: role === 'worker' ? engines : null,
      }),
    ),
    store: new Map([...models.values()].map((model) => [model.ref, checkOf(model, 'present')])),
    freeBytes: 100_000_000,
    portsTaken: new Set(),
    ...over,
  });
}

export function checkOf(model: PinnedModel, state: ModelCheck['state']): ModelCheck {
  const totalBytes = pinnedBytes(model);
  const missing = state === 'present' ? [] : model.files;
  return { ref: model.ref, state, missing, totalBytes, missingBytes: state === 'present' ? 0 : totalBytes };
}

/** Returns the observed state with one container changed; null removes it. */
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
