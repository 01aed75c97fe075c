import type { ServiceSpec } from '../fleet/service-spec.ts';
import { type HelperPod, type KubernetesInput, namespaceOf } from './kubernetes-input.ts';
import type { KubernetesObject, ManifestMapping } from './manifest.ts';

export type Component = ServiceSpec['role'] | 'model-downloader' | HelperPod;

/** The label of pods that mount the models. */
export const MOUNTS_MODELS = 'rma.dev/mounts-models';

/** Returns the metadata of an object in the namespace of the project. */
export function metadata(
  input: KubernetesInput,
  name: string,
  more: { readonly labels?: ManifestMapping; readonly annotations?: ManifestMapping } = {},
): KubernetesObject['metadata'] {
  const { project } = input.fleet;
  return {
    name,
    namespace: namespaceOf(project, input.settings),
    labels: more.labels ?? projectLabels(project),
    ...(more.annotations === undefined ? {} : { annotations: more.annotations }),
  };
}

/** Returns the labels of objects that belong to no service. */
export function projectLabels(project: string): ManifestMapping {
  return { 'app.kubernetes.io/part-of': project, 'app.kubernetes.io/managed-by': 'rma' };
}

/** Returns the labels of a service's objects and pods. */
export function serviceLabels(project: string, name: string, component: Component): ManifestMapping {
  return {
    ...selectorOf(project, name),
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': 'rma',
  };
}

/** Returns the labels that select the pods of a service. A Deployment cannot change them. */
export function selectorOf(project: string, name: string): ManifestMapping {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': project };
}

/** Returns the labels that select all pods of a kind. */
export function componentSelector(project: string, component: Component): ManifestMapping {
  return { 'app.kubernetes.io/part-of': project, 'app.kubernetes.io/component': component };
}
