import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { Manifest, ManifestMapping } from './manifest.ts';
import { metadata, serviceLabels } from './metadata.ts';

/** Name of the volume with the file of an engine. */
const VOLUME = 'engine-config';

/** Returns the ConfigMap with the file that an engine reads; nothing for an engine without one. */
export function engineConfigMap(
  input: KubernetesInput,
  { name, configFile }: ServiceSpec,
): readonly Manifest[] {
  if (configFile === null) return [];
  return [
    {
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: metadata(input, name, { labels: serviceLabels(input.fleet.project, name, 'engine') }),
        data: { [keyOf(configFile.path)]: configFile.content },
      },
      comment: null,
      comments: {},
    },
  ];
}

/** Returns the annotation that replaces the pods of an engine when its file changes. */
export function configAnnotation({ configFile }: ServiceSpec): ManifestMapping {
  return configFile === null ? {} : { 'rma.dev/config-sha256': sha256Hex(configFile.content) };
}

export function engineConfigVolume({ name, configFile }: ServiceSpec): readonly ManifestMapping[] {
  return configFile === null ? [] : [{ name: VOLUME, configMap: { name } }];
}

/** Mounts the file alone: its directory may have files of the image. */
export function engineConfigMount({ configFile }: ServiceSpec): readonly ManifestMapping[] {
  if (configFile === null) return [];
  const { path } = configFile;
  return [{ name: VOLUME, mountPath: path, subPath: keyOf(path), readOnly: true }];
}

function keyOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
