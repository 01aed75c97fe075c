import type { Owner } from '../../core/domain/config.ts';
import type { VolumeProbe, VolumeReading } from '../../core/domain/volume.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { ONE_OFF_LABEL } from '../../core/labels.ts';
import { failureReason } from '../../core/last-line.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import { dockerVolumeOf, type VolumeEntry } from '../../core/volume/volume-entry.ts';
import { parseVolumeProbe, parseVolumeReading } from '../../core/worker/volume-answers.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { volumeMount } from '../observe/store-container.ts';
import type { ObservedVolumes, VolumesHost, VolumesInvocation } from './observe-volumes.ts';

/** The answer of a container on a volume, or why it could not start. */
export type VolumeAnswer<T> =
  | { readonly value: T; readonly fault: null }
  | { readonly value: null; readonly fault: string };

interface VolumeQuestion {
  readonly observed: ObservedVolumes;
  readonly entry: VolumeEntry;
  readonly user: Owner;
}

/** Builds the worker image if it is missing: only it reaches a volume. @throws RmaError RMA_IMAGE_BUILD_FAILED (1) */
export async function ensureImage(
  host: VolumesHost,
  invocation: VolumesInvocation,
  { image, imageExists, config }: ObservedVolumes,
): Promise<void> {
  if (imageExists) return;
  await buildWorkerImage(host, invocation, { tag: image, base: config.images.workerBase });
}

/** Returns what a user sees of a volume, without a change. @throws RmaError RMA_WORKER_INCOMPATIBLE (1), RMA_DOCKER_* (3) */
export async function readVolume(
  host: VolumesHost,
  invocation: VolumesInvocation,
  question: VolumeQuestion,
): Promise<VolumeAnswer<VolumeReading>> {
  const mount = `${volumeOnlyMount(question.entry)},readonly`;
  return ask(host, invocation, { ...question, mount, verb: 'volume', parse: parseVolumeReading });
}

/** Returns what a user can do in a volume; tried with a temporary file. @throws RmaError as readVolume */
export async function probeVolume(
  host: VolumesHost,
  invocation: VolumesInvocation,
  question: VolumeQuestion,
): Promise<VolumeAnswer<VolumeProbe>> {
  const { entry } = question;
  // an empty store takes its owner from the image, as for a worker; any other volume must stay as it is
  const volume = dockerVolumeOf(entry);
  const mount = entry.role === 'store' ? volumeMount(volume, STORE_MOUNT) : volumeOnlyMount(entry);
  return ask(host, invocation, { ...question, mount, verb: 'probe-volume', parse: parseVolumeProbe });
}

/** Returns the `--mount` value of a volume into which Docker copies nothing from the image. */
export function volumeOnlyMount(entry: VolumeEntry, target = STORE_MOUNT): string {
  const volume = dockerVolumeOf(entry);
  const mount = volumeMount(volume, target);
  return volume.type === 'host' || mount.includes(',volume-nocopy') ? mount : `${mount},volume-nocopy`;
}

interface Asked<T> extends VolumeQuestion {
  readonly mount: string;
  readonly verb: string;
  readonly parse: (json: string, image: string) => T;
}

async function ask<T>(
  host: VolumesHost,
  { signal }: VolumesInvocation,
  { observed, user, mount, verb, parse }: Asked<T>,
): Promise<VolumeAnswer<T>> {
  const { image, config } = observed;
  try {
    const outcome = await host.docker.oneOff({
      image,
      argv: ['rma-worker', verb],
      stdin: '',
      user: `${user.uid}:${user.gid}`,
      mounts: [mount],
      env: {},
      extraHosts: [],
      network: false,
      labels: { [ONE_OFF_LABEL]: config.project },
      signal,
    });
    if (outcome.exitCode !== 0) return { value: null, fault: failureReason(outcome) };
    return { value: parse(outcome.stdout, image), fault: null };
  } catch (error) {
    const isMount =
      error instanceof RmaError && error.exitCode === EXIT.notReady && !/^RMA_DOCKER_/.test(error.code);
    if (!isMount || signal.aborted) throw error;
    return { value: null, fault: error.message };
  }
}
