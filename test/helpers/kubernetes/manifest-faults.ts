/** Plain data of a manifest, as YAML gives it. */
// biome-ignore lint/suspicious/noExplicitAny: the checks find what is missing
export type Plain = any;

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const QUANTITY = /^[1-9]\d*(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/;
const WORKLOADS = ['Deployment', 'Job', 'Pod'];

/** Returns what an API server, a node or the Pod Security Standard "restricted" would object to. */
export function manifestFaults(objects: readonly Plain[]): readonly string[] {
  const workloads = objects.filter(({ kind }) => WORKLOADS.includes(kind));
  const selectable = workloads.filter(({ kind }) => kind !== 'Pod');
  return [
    ...objects.flatMap(nameFaults),
    ...twice(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)),
    ...workloads.flatMap((workload) => [
      ...podFaults(workload).map((fault) => `${workload.kind} ${workload.metadata.name}: ${fault}`),
      ...referenceFaults(workload, objects),
    ]),
    ...objects.flatMap((object) => selectorFaults(object, selectable)),
    ...objects.filter(({ kind }) => kind.startsWith('PersistentVolume')).flatMap(storageFaults),
  ];
}

function nameFaults({ kind, metadata }: Plain): readonly string[] {
  return DNS_LABEL.test(metadata.name) ? [] : [`${kind} ${metadata.name}: not a DNS label`];
}

function twice(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} exists twice`);
}

function podFaults({ kind, spec }: Plain): readonly string[] {
  const pod = kind === 'Pod' ? spec : spec.template.spec;
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const restart = pod.restartPolicy ?? 'Always';
  const mounted = new Set(
    containers.flatMap(({ volumeMounts = [] }: Plain) => volumeMounts.map(({ name }: Plain) => name)),
  );
  const volumes: string[] = (pod.volumes ?? []).map(({ name }: Plain) => name);
  return [
    ...(kind === 'Job' && restart === 'Always' ? ['a Job needs another restart policy'] : []),
    ...(kind === 'Deployment' && restart !== 'Always' ? ['a Deployment needs restartPolicy Always'] : []),
    ...(kind === 'Deployment' && !isSubset(spec.selector.matchLabels, spec.template.metadata.labels)
      ? ['the selector does not select its own pods']
      : []),
    ...twice(volumes.map((name) => `volume ${name}`)),
    ...volumes.filter((name) => !DNS_LABEL.test(name)).map((name) => `volume ${name}: not a DNS label`),
    ...volumes.filter((name) => !mounted.has(name)).map((name) => `volume ${name} is not mounted`),
    ...[...mounted].filter((name) => !volumes.includes(name)).map((name) => `no volume ${name}`),
    ...containers.flatMap((container: Plain) => containerFaults(container)),
    ...(pod.securityContext?.runAsNonRoot === true && pod.securityContext.runAsUser > 0
      ? []
      : ['may run as root']),
    ...(pod.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? [] : ['no seccomp profile']),
    ...['hostNetwork', 'hostPID', 'hostIPC']
      .filter((key) => pod[key])
      .map((key) => `${key} is not restricted`),
    ...(pod.volumes ?? [])
      .filter(({ hostPath }: Plain) => hostPath)
      .map(({ name }: Plain) => `${name} is a hostPath`),
    ...(pod.automountServiceAccountToken === false ? [] : ['mounts a token of the API server']),
  ];
}

function containerFaults({
  name,
  securityContext = {},
  resources = {},
  ports = [],
  ...rest
}: Plain): readonly string[] {
  const { allowPrivilegeEscalation, capabilities, privileged } = securityContext;
  const probed = ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap(
    (key) => rest[key]?.httpGet?.port ?? [],
  );
  const paths: string[] = (rest.volumeMounts ?? []).map(({ mountPath }: Plain) => mountPath);
  const { requests = {}, limits = {} } = resources;
  const devices = [...new Set([...Object.keys(requests), ...Object.keys(limits)])].filter((key) =>
    key.includes('/'),
  );
  const faults = [
    ...(allowPrivilegeEscalation === false && !privileged ? [] : ['may gain privileges']),
    ...(capabilities?.drop?.includes('ALL') && !capabilities.add ? [] : ['keeps capabilities']),
    ...devices.filter((key) => requests[key] !== limits[key]).map((key) => `${key}: request unlike limit`),
    ...devices.filter((key) => !Number.isInteger(limits[key])).map((key) => `${key}: not a whole number`),
    ...[requests.memory, limits.memory]
      .filter((text) => text !== undefined && !QUANTITY.test(text))
      .map((text) => `quantity ${text}`),
    ...probed
      .filter((port) => !ports.some((each: Plain) => each.name === port))
      .map((port) => `no port ${port}`),
    ...paths.filter((path) => !path.startsWith('/')).map((path) => `relative mount ${path}`),
    ...twice(paths),
  ];
  return faults.map((fault) => `container ${name}: ${fault}`);
}

/** ConfigMaps and claims that pods name must exist, with the keys that they mount. */
function referenceFaults({ kind, metadata, spec }: Plain, objects: readonly Plain[]): readonly string[] {
  const volumes: readonly Plain[] = (kind === 'Pod' ? spec : spec.template.spec).volumes ?? [];
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const maps = [...volumes, ...projected].flatMap(({ configMap }) => configMap ?? []);
  return maps.flatMap(({ name, items = [] }) => {
    const found = objects.find((each) => each.kind === 'ConfigMap' && each.metadata.name === name);
    const missing = items.filter(({ key }: Plain) => found?.data[key] === undefined);
    return missing.map(({ key }: Plain) => `${metadata.name}: ConfigMap ${name} has no ${key}`);
  });
}

function selectorFaults({ kind, metadata, spec }: Plain, workloads: readonly Plain[]): readonly string[] {
  const selectors: Readonly<Record<string, Plain>> = {
    Service: spec?.selector,
    PodDisruptionBudget: spec?.selector?.matchLabels,
    NetworkPolicy: spec?.podSelector?.matchLabels,
  };
  const selector = selectors[kind];
  if (selector === undefined) return [];
  const selected = workloads.filter((workload) => isSubset(selector, workload.spec.template.metadata.labels));
  if (selected.length === 0) return [`${kind} ${metadata.name} selects no pod`];
  if (kind !== 'Service') return [];
  const names = selected.flatMap(({ spec: { template } }) =>
    template.spec.containers.flatMap(({ ports = [] }: Plain) => ports),
  );
  return spec.ports
    .filter(({ targetPort }: Plain) => !names.some(({ name }: Plain) => name === targetPort))
    .map(({ targetPort }: Plain) => `Service ${metadata.name}: no port ${targetPort}`);
}

function storageFaults({ kind, spec }: Plain): readonly string[] {
  const size = kind === 'PersistentVolume' ? spec.capacity.storage : spec.resources.requests.storage;
  return [
    ...(QUANTITY.test(size) ? [] : [`${kind}: quantity ${size}`]),
    ...('storageClass' in spec ? [`${kind}: storageClass is not a field`] : []),
  ];
}

function isSubset(selector: Plain, labels: Plain): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
