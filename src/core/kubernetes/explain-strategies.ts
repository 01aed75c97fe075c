import { type AccessMode, STRATEGIES, type Strategy } from '../domain/config.ts';
import { formatBytes, formatDuration } from '../units.ts';
import { type KubernetesInput, replicasOf, servicesOf } from './kubernetes-input.ts';
import { podStorage, serviceBytes } from './models-volume.ts';
import { claimBytes, enginePods, modelBytes, sharedMode } from './storage.ts';

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
  /** that the StorageClass must support; null: no claim */
  readonly accessMode: AccessMode | null;
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

/** Returns what each strategy would cost a project, and why the chosen one fits. */
export function explainStrategies(input: KubernetesInput, bytesPerSecond: number): Explanation {
  const strategies = STRATEGIES.map((strategy) => costsOf(input, strategy, bytesPerSecond));
  const explanation = {
    chosen: input.settings.strategy,
    modelBytes: modelBytes(input),
    pods: enginePods(input),
    bytesPerSecond,
    strategies,
  };
  return { ...explanation, reasons: reasons(explanation) };
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
): Pick<StrategyCosts, 'firstDownload' | 'restartDownload' | 'disk' | 'accessMode'> {
  switch (strategy) {
    case 'pvc':
      return {
        firstDownload: modelBytes(input),
        restartDownload: 0,
        disk: claimBytes(input),
        accessMode: input.settings.accessMode ?? sharedMode(input),
      };
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
      };
    }
  }
}

function reasons({ chosen, pods, strategies }: Omit<Explanation, 'reasons'>): readonly string[] {
  const of = (strategy: Strategy) => strategies.find((each) => each.strategy === strategy);
  const [pvc, init] = [of('pvc'), of('init')];
  if (pvc === undefined || init === undefined) return [];
  const once = `downloads ${formatBytes(pvc.firstDownload)} once; a restarted pod downloads nothing`;
  const perStart = `${formatBytes(init.restartDownload)} (${formatDuration(init.restartSeconds)})`;
  const each =
    pods === 1
      ? `downloads ${perStart} at each start of the pod`
      : `downloads up to ${perStart} at each start of a pod, ${formatBytes(init.firstDownload)} for all ${pods}`;
  const isShared = pvc.accessMode === 'ReadWriteMany';
  switch (chosen) {
    case 'pvc':
      return [
        `pvc ${once}.`,
        isShared
          ? `${pods} pods share the models, so the StorageClass must support ReadWriteMany.`
          : 'It needs a StorageClass.',
        `If the cluster has none, use --strategy init: it ${each}.`,
      ];
    case 'init':
      return [
        `init needs no volume, and ${each}.`,
        `--strategy pvc ${once}. It needs a StorageClass${isShared ? ' with ReadWriteMany' : ''}.`,
      ];
  }
}
