import type { AccessMode, Strategy } from '../domain/config.ts';
import { formatBytes, formatDuration } from '../units.ts';
import { type KubernetesInput, replicasOf, servicesOf } from './kubernetes-input.ts';
import { IMAGE_VOLUMES } from './models-image.ts';
import { podStorage, serviceBytes } from './models-volume.ts';
import { accessMode, claimBytes, enginePods, isProvisioned, modelBytes, sharedMode } from './storage.ts';

/** What a strategy costs a project. Sizes in bytes, times in seconds at the given rate. */
export interface StrategyCosts {
  readonly strategy: Strategy;
  /** until all pods have their models for the first time */
  readonly firstDownload: number;
  readonly firstSeconds: number;
  /** by the pod with the most models, when it is restarted */
  readonly restartDownload: number;
  readonly restartSeconds: number;
  /** of the claim, or of all nodes together */
  readonly disk: number;
  /** of the claim; null: no claim */
  readonly accessMode: AccessMode | null;
  /** null: nothing, the volume is filled by other means */
  readonly downloadedBy: 'job' | 'pods' | 'nodes' | null;
}

export interface Explanation {
  readonly chosen: Strategy;
  readonly modelBytes: number;
  /** of engines */
  readonly pods: number;
  readonly bytesPerSecond: number;
  readonly strategies: readonly StrategyCosts[];
  /** why the chosen one fits, and what else to consider, one sentence each */
  readonly reasons: readonly string[];
}

/**
 * Returns what each strategy would cost a project, and why the chosen one fits.
 * @throws RmaError RMA_KUBERNETES_ACCESS_MODE (2), RMA_KUBERNETES_STORAGE (5)
 */
export function explainStrategies(input: KubernetesInput, bytesPerSecond: number): Explanation {
  const { strategy: chosen } = input.settings;
  const pods = enginePods(input);
  const pvc = costsOf(input, 'pvc', bytesPerSecond);
  const init = costsOf(input, 'init', bytesPerSecond);
  const image = costsOf(input, 'image', bytesPerSecond);
  return {
    chosen,
    modelBytes: modelBytes(input),
    pods,
    bytesPerSecond,
    strategies: [pvc, init, image],
    reasons: reasons(chosen, { pods, pvc, init, image, provisioned: isProvisioned(input) }),
  };
}

/** Returns what all pods of engines download, and the one with the most, if each downloads its own models. */
export function podDownloads(input: KubernetesInput): { readonly all: number; readonly largest: number } {
  const engines = servicesOf(input, 'engine').map((spec) => ({
    bytes: serviceBytes(input, spec),
    pods: replicasOf(input, spec.name),
  }));
  return {
    all: engines.reduce((sum, { bytes, pods }) => sum + bytes * pods, 0),
    largest: Math.max(0, ...engines.map(({ bytes }) => bytes)),
  };
}

function costsOf(input: KubernetesInput, strategy: Strategy, bytesPerSecond: number): StrategyCosts {
  const { firstDownload, restartDownload, ...rest } = sizesOf(input, strategy);
  const seconds = (bytes: number): number => Math.ceil(bytes / bytesPerSecond);
  return {
    strategy,
    ...{ firstDownload, firstSeconds: seconds(firstDownload) },
    ...{ restartDownload, restartSeconds: seconds(restartDownload) },
    ...rest,
  };
}

function sizesOf(
  input: KubernetesInput,
  strategy: Strategy,
): Omit<StrategyCosts, 'strategy' | 'firstSeconds' | 'restartSeconds'> {
  switch (strategy) {
    case 'pvc': {
      const mode = claimMode(input);
      const hasJob = mode !== 'ReadOnlyMany' && !input.helpers.has('uploader');
      return {
        firstDownload: hasJob ? modelBytes(input) : 0,
        restartDownload: 0,
        disk: claimBytes(input),
        accessMode: mode,
        downloadedBy: hasJob ? 'job' : null,
      };
    }
    case 'init': {
      const { all, largest } = podDownloads(input);
      const disks = servicesOf(input, 'engine').map(
        (spec) => podStorage(input, spec) * replicasOf(input, spec.name),
      );
      return {
        firstDownload: all,
        restartDownload: largest,
        disk: disks.reduce((sum, bytes) => sum + bytes, 0),
        accessMode: null,
        downloadedBy: 'pods',
      };
    }
    case 'image': {
      // of all models, once by each node; at most one node for each pod
      const pulled = modelBytes(input) * enginePods(input);
      return {
        ...{ firstDownload: pulled, restartDownload: 0, disk: pulled },
        ...{ accessMode: null, downloadedBy: 'nodes' },
      };
    }
  }
}

/** Without a claim, an export ignores this setting: then it is not checked. */
function claimMode(input: KubernetesInput): AccessMode {
  const { strategy, accessMode: set } = input.settings;
  return strategy === 'pvc' ? accessMode(input) : (set ?? sharedMode(input));
}

interface Compared {
  readonly pods: number;
  readonly pvc: StrategyCosts;
  readonly init: StrategyCosts;
  readonly image: StrategyCosts;
  /** whether the claim needs a StorageClass */
  readonly provisioned: boolean;
}

function reasons(chosen: Strategy, compared: Compared): readonly string[] {
  switch (chosen) {
    case 'pvc':
      return pvcReasons(compared);
    case 'init':
      return initReasons(compared);
    case 'image':
      return imageReasons(compared);
  }
}

function pvcReasons(compared: Compared): readonly string[] {
  const { pods, pvc, provisioned } = compared;
  const shared = `${provisioned ? 'StorageClass' : 'volume'} must support ReadWriteMany.`;
  const each = podCosts(compared);
  return [
    `pvc ${claimCosts(pvc)}.`,
    ...(pvc.accessMode === 'ReadWriteMany'
      ? [pods > 1 ? `${pods} pods share the models, so the ${shared}` : `The ${shared}`]
      : []),
    ...(pvc.accessMode === 'ReadWriteOnce' && provisioned ? ['It needs a StorageClass.'] : []),
    provisioned
      ? `If the cluster has none, use --strategy init: it ${each}.`
      : `--strategy init needs no volume, and ${each}.`,
  ];
}

function imageReasons(compared: Compared): readonly string[] {
  const { pods, image, pvc } = compared;
  const bytes = image.firstDownload / Math.max(1, pods);
  const total = pods > 1 ? `, up to ${formatBytes(image.firstDownload)} for all ${pods} pods` : '';
  return [
    `image pulls ${formatBytes(bytes)} once on each node with an engine pod${total}; a restarted pod pulls nothing.`,
    `It needs a registry that accepts a layer of this size, ${IMAGE_VOLUMES}.`,
    'A changed model needs a new image, and a rollout that pulls all models again.',
    `--strategy pvc ${claimCosts(pvc)}.`,
  ];
}

function initReasons(compared: Compared): readonly string[] {
  const { pvc, provisioned } = compared;
  const shared = pvc.accessMode === 'ReadWriteMany' ? ' with ReadWriteMany' : '';
  const needs = provisioned ? ` It needs a StorageClass${shared}.` : '';
  return [`init needs no volume, and ${podCosts(compared)}.`, `--strategy pvc ${claimCosts(pvc)}.${needs}`];
}

function claimCosts({ downloadedBy, firstDownload }: StrategyCosts): string {
  return downloadedBy === null
    ? 'downloads nothing: the models are copied to its volume by other means'
    : `downloads ${formatBytes(firstDownload)} once; a restarted pod downloads nothing`;
}

function podCosts({ pods, init }: Compared): string {
  const perStart = `${formatBytes(init.restartDownload)} (${formatDuration(init.restartSeconds)})`;
  return pods === 1
    ? `downloads ${perStart} at each start of the pod`
    : `downloads up to ${perStart} at each start of a pod, ${formatBytes(init.firstDownload)} for all ${pods}`;
}
