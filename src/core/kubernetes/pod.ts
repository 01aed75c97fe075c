import { canonicalJson } from '../canonical-json.ts';
import { pinnedBytes } from '../domain/pinned-model.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { allRefs, type KubernetesInput, pinnedOf, servicesOf } from './kubernetes-input.ts';
import { filled, type ManifestMapping, type ManifestValue } from './manifest.ts';
import { componentSelector, MOUNTS_MODELS } from './metadata.ts';
import { modelsVolume } from './models-volume.ts';
import { nodePlacement } from './node-placement.ts';
import { byteQuantity } from './quantity.ts';
import { isOnOneNode } from './storage.ts';

export const TMP_MOUNT: ManifestMapping = { name: 'tmp', mountPath: '/tmp' };
export const TMP_VOLUME: ManifestMapping = { name: 'tmp', emptyDir: {} };

/** What the Pod Security Standard "restricted" requires of each container. */
const RESTRICTED: ManifestMapping = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

/** Containers of rma's own image write to mounted volumes only. */
export const OWN_IMAGE_SECURITY: ManifestMapping = { ...RESTRICTED, readOnlyRootFilesystem: true };
/** An engine may write next to its program. */
export const ENGINE_SECURITY: ManifestMapping = RESTRICTED;

interface PodParts {
  readonly mountsModels: boolean;
  /** whose GPUs select the nodes, and whose models are mounted */
  readonly spec: ServiceSpec;
  readonly initContainers?: readonly ManifestMapping[];
  readonly container: ManifestMapping;
  readonly volumes: readonly ManifestMapping[];
  readonly graceSeconds: number;
}

/** Returns the spec of a pod under the Pod Security Standard "restricted". */
export function podSpec(input: KubernetesInput, parts: PodParts): ManifestMapping {
  const { owner, settings } = input;
  const { mountsModels, initContainers = [], container, volumes, graceSeconds, spec } = parts;
  const { imagePullSecret } = settings;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: owner.uid,
      runAsGroup: owner.gid,
      fsGroup: owner.gid,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(imagePullSecret === null ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
    ...placementOf(input, { mountsModels, spec }),
    terminationGracePeriodSeconds: graceSeconds,
    ...filled('initContainers', initContainers),
    containers: [container],
    ...filled('volumes', [...(mountsModels ? [modelsVolume(input, spec)] : []), ...volumes]),
  };
}

/** A volume that one node mounts keeps the pods that use it together: those without GPUs follow the others. */
function placementOf(
  input: KubernetesInput,
  { mountsModels, spec }: Pick<PodParts, 'mountsModels' | 'spec'>,
): ManifestMapping {
  const together = mountsModels && isOnOneNode(input);
  const { nodeAffinity, tolerations } = nodePlacement(input, together ? servicesOf(input, 'engine') : [spec]);
  const podAffinity = together
    ? {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              labelSelector: { matchLabels: modelPods(input) },
              topologyKey: 'kubernetes.io/hostname',
            },
          ],
        },
      }
    : {};
  return {
    ...filled('affinity', { ...filled('nodeAffinity', nodeAffinity), ...podAffinity }),
    ...filled('tolerations', tolerations),
  };
}

function modelPods({ fleet }: KubernetesInput): ManifestMapping {
  const { 'app.kubernetes.io/part-of': project = '' } = componentSelector(fleet.project, 'engine');
  return { 'app.kubernetes.io/part-of': project, [MOUNTS_MODELS]: 'true' };
}

/** Returns the image of a service, with when to pull it. */
export function imageOf(
  { settings }: KubernetesInput,
  { image }: Pick<ServiceSpec, 'image'>,
): ManifestMapping {
  const isOwn = image.origin === 'built' && image.buildContext === undefined;
  const own = isOwn ? settings.workerImage : null;
  return { image: own ?? image.reference, ...filled('imagePullPolicy', settings.imagePullPolicy) };
}

/** Returns environment variables as a list. */
export function environment(variables: Readonly<Record<string, string>>): readonly ManifestMapping[] {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value: literal(value) }));
}

/** Returns text that Kubernetes expands to the given one: `$(NAME)` in variables, arguments and probes; `$$` is a dollar sign. */
export function literal(text: string): string {
  return /\$[$(]/.test(text) ? text.replaceAll('$', '$$$$') : text;
}

interface MoreResources {
  /** in requests and limits alike */
  readonly devices?: Readonly<Record<string, number>>;
  readonly requests?: ManifestMapping;
}

/** Returns requests and limits: the memory, and more. */
export function resources(
  { resources: spec }: Pick<ServiceSpec, 'resources'>,
  { devices = {}, requests = {} }: MoreResources = {},
): ManifestMapping {
  const { memoryLimitBytes: limit, memoryReservationBytes, neededRamBytes } = spec;
  const needed = memoryReservationBytes ?? (neededRamBytes > 0 ? neededRamBytes : null);
  const request = needed === null || limit === null ? (needed ?? limit) : Math.min(needed, limit);
  const memory = (bytes: number | null): ManifestMapping =>
    bytes === null ? {} : { memory: byteQuantity(bytes) };
  return {
    ...filled('resources', {
      ...filled('requests', { ...memory(request), ...requests, ...devices }),
      ...filled('limits', { ...memory(limit), ...devices }),
    }),
  };
}

/** Returns annotations that change with the content of the models: then the pods are replaced. */
export function modelAnnotations(input: KubernetesInput, refs: readonly string[]): ManifestMapping {
  const models = [...refs].sort().map((ref) => pinnedOf(input, ref));
  return {
    'rma.dev/models': models.map(({ ref }) => ref).join(' '),
    'rma.dev/models-sha256': sha256Hex(canonicalJson(models)),
  };
}

/** Returns the time for the download of all models, seconds: at 5 MB/s in whole hours, and one hour more. */
export function downloadSeconds(input: KubernetesInput): number {
  const bytes = allRefs(input).reduce((sum, ref) => sum + pinnedBytes(pinnedOf(input, ref)), 0);
  return input.settings.deadlineSeconds ?? (Math.ceil(bytes / 5e6 / 3600) + 1) * 3600;
}

/** Returns the command of a program of rma's image. */
export function ownCommand(words: readonly string[]): ManifestValue {
  return words.map(literal);
}
