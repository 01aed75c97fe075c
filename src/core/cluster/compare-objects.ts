import { isSameObject, type KubernetesObject } from './kubernetes-object.ts';

/** What an apply does to one object. */
export interface ObjectChange {
  readonly object: KubernetesObject;
  readonly change: 'create' | 'change' | 'none';
  /** sorted paths of the fields that change, such as `spec.replicas`; none of a created object */
  readonly fields: readonly string[];
}

/** Fields of the metadata that the API server sets on every write. */
const SERVER_FIELDS: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'uid',
]);

/**
 * Returns what an apply changes. `after` has the objects that a dry run on the server returned, so with the defaults of the
 * server; `before` those that the cluster has.
 */
export function compareObjects(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): readonly ObjectChange[] {
  return after.map((object) => {
    const old = before.find((each) => isSameObject(each, object));
    if (old === undefined) return { object, change: 'create', fields: [] };
    const fields = differences(desiredPart(old), desiredPart(object), '').toSorted();
    return { object, change: fields.length === 0 ? 'none' : 'change', fields };
  });
}

/** Returns an object without its status and what the server counts. */
function desiredPart({ status: _, metadata, ...rest }: KubernetesObject): Readonly<Record<string, unknown>> {
  const kept = Object.entries(metadata).filter(([field]) => !SERVER_FIELDS.has(field));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

function differences(before: unknown, after: unknown, path: string): readonly string[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((each, index) => differences(each, after[index], `${path}[${index}]`));
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], join(path, key)));
  }
  return [path];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys such as `rma.dev/models` are quoted, because they contain the separator. */
function join(path: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
