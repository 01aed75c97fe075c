/** Plain data of a manifest. */
export type ManifestValue =
  | string
  | number
  | boolean
  | readonly ManifestValue[]
  | { readonly [key: string]: ManifestValue };

export type ManifestMapping = Readonly<Record<string, ManifestValue>>;

/** One object of Kubernetes, with comments for people who read its file. */
export interface Manifest {
  readonly object: KubernetesObject;
  /** above the object; null: none */
  readonly comment: string | null;
  /** comments above fields, by path: `spec.accessModes` */
  readonly comments: Readonly<Record<string, string>>;
}

export interface KubernetesObject extends ManifestMapping {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMapping & { readonly name: string };
}

/** The key with its value, or nothing where the value is null or empty. */
export function filled(
  key: string,
  value: ManifestMapping | readonly ManifestValue[] | string | number | null,
): ManifestMapping {
  if (value === null) return {};
  return typeof value === 'object' && Object.keys(value).length === 0 ? {} : { [key]: value };
}
