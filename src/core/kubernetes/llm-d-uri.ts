import { EXIT, RmaError } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { claimName, type KubernetesInput } from './kubernetes-input.ts';
import { podStorage } from './models-volume.ts';
import { byteQuantity } from './quantity.ts';

/** The hub cache in the store. */
const HUB = 'huggingface/hub';
const STORE_PATH = new RegExp(`^(--[\\w-]+=)?${STORE_MOUNT}(?=/|$)`);
const HUB_SNAPSHOT = /^huggingface\/hub\/models--([^/]+?)--([^/]+)\/snapshots\/([0-9a-f]+)$/;

/** Where the chart finds a model. */
export interface ModelLocation {
  readonly uri: string;
  /** of the emptyDir, a quantity; null: a claim holds the model */
  readonly size: string | null;
  /** commit of the hub; null: the location names the files themselves */
  readonly revision: string | null;
}

/**
 * Returns the location of a model for the chart llm-d-modelservice: `hf://` where each pod downloads it, `pvc+hf://` in a hub
 * cache, and `pvc://` with the path of its files in any other layout. `oci://` is not used: the chart cannot serve it.
 * @throws RmaError RMA_KUBERNETES_FORMAT (2)
 */
export function modelLocation(input: KubernetesInput, spec: ServiceSpec): ModelLocation {
  if (input.settings.strategy === 'image') throw notMountable('the chart llm-d-modelservice');
  const [path = ''] = spec.arguments;
  const repository = repositoryAt(pathInVolume(path, STORE_MOUNT));
  if (input.settings.strategy === 'init') {
    if (repository === null) throw notDownloadable(spec);
    const { repo, revision } = repository;
    return { uri: hubUri(repo), size: byteQuantity(podStorage(input, spec)), revision };
  }
  const claim = claimName(input);
  if (repository === null)
    return { uri: `pvc://${claim}/${pathInVolume(path, STORE_MOUNT)}`, size: null, revision: null };
  const { repo, revision } = repository;
  return { uri: `pvc+hf://${claim}/${HUB}/${repo}`, size: null, revision };
}

/** Returns a path in a container relative to the volume that is mounted there. */
export function pathInVolume(path: string, mountPath: string): string {
  const mount = mountPath.replace(/\/+$/, '');
  return path
    .slice(path === mount || path.startsWith(`${mount}/`) ? mount.length : 0)
    .replaceAll(/^\/+|\/+$/g, '');
}

/** Returns a path of the store, also that of an option such as `--chat-template=/models/t.jinja`, where pods mount it. */
export function atMount(text: string, mountPath: string): string {
  return text.replace(STORE_PATH, `$1${mountPath}`);
}

/** Returns the repository at a path of the store; null for files in another layout, or of a repository without an owner. */
export function repositoryAt(path: string): { readonly repo: string; readonly revision: string } | null {
  const [, owner, name, revision = ''] = HUB_SNAPSHOT.exec(path) ?? [];
  // the chart separates the owner of a repository from its name by position
  return owner === undefined ? null : { repo: `${owner}/${name}`, revision };
}

/** Returns a repository of the Hugging Face hub as llm-d and KServe write it. */
export function hubUri(repository: string): string {
  return `hf://${repository}`;
}

/** Returns the error for what cannot mount models from an image. */
export function notMountable(what: string): RmaError {
  return new RmaError(
    'RMA_KUBERNETES_FORMAT',
    `${what} cannot mount models from an image, but kubernetes.strategy is image`,
    { exitCode: EXIT.usage, hint: 'use --strategy pvc, or export manifests: --format manifests' },
  );
}

function notDownloadable({ name, models }: ServiceSpec): RmaError {
  return new RmaError(
    'RMA_KUBERNETES_FORMAT',
    `${name}: pods of the chart llm-d-modelservice can only download whole repositories of the Hugging Face hub, not ${models.join(', ')}`,
    { exitCode: EXIT.usage, hint: 'let a Job of rma download it to a claim: --strategy pvc' },
  );
}
