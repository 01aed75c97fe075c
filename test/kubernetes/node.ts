import type { Cluster } from './cluster.ts';

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly initContainers?: readonly { readonly name: string; readonly image: string }[];
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status?: { readonly phase?: string };
}

/** What a test lets the containers of pods do. */
export type Behavior = 'work' | 'image-missing' | 'fail';

/** Adds a node to the cluster. The test acts as its kubelet: no container runs. */
export async function addNode(
  { ask }: Cluster,
  name: string,
  resources: Readonly<Record<string, string>>,
): Promise<void> {
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
  };
  await ask(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }),
  );
  const amounts = { cpu: '64', memory: '512Gi', 'ephemeral-storage': '500Gi', pods: '110', ...resources };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }];
  const status = { status: { capacity: amounts, allocatable: amounts, conditions } };
  await ask(['patch', 'node', name, '--subresource=status', '--type=merge', '-p', JSON.stringify(status)]);
  // a node that registers is tainted until a controller has seen it
  await ask(['patch', 'node', name, '--type=merge', '-p', '{"spec":{"taints":null}}']);
}

/** Adds a volume that any claim without a StorageClass can bind. */
export async function addVolume({ ask }: Cluster, name: string): Promise<void> {
  const spec = {
    capacity: { storage: '1Ti' },
    accessModes: ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany'],
    hostPath: { path: '/data/models' },
  };
  await ask(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec }),
  );
}

/** Reports the pods of a namespace as the kubelet of their nodes would, again and again until the signal aborts. */
export async function runPods(
  cluster: Cluster,
  namespace: string,
  { behavior, signal }: { readonly behavior: Behavior; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const { items } = JSON.parse(await cluster.ask(['get', 'pods', '-n', namespace, '-o', 'json'])) as {
      readonly items: readonly Pod[];
    };
    for (const pod of items) await runPod(cluster, namespace, { pod, behavior });
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function runPod(
  { kubectl }: Cluster,
  namespace: string,
  { pod, behavior }: { readonly pod: Pod; readonly behavior: Behavior },
): Promise<void> {
  const { name, deletionTimestamp } = pod.metadata;
  if (pod.spec.nodeName === undefined) return;
  if (deletionTimestamp !== undefined) {
    await kubectl(['delete', 'pod', name, '-n', namespace, '--grace-period=0', '--force']);
    return;
  }
  if (pod.status?.phase !== 'Pending') return;
  const status = JSON.stringify({ status: statusOf(pod, behavior) });
  await kubectl([
    'patch',
    'pod',
    name,
    '-n',
    namespace,
    '--subresource=status',
    '--type=merge',
    '-p',
    status,
  ]);
}

function statusOf(pod: Pod, behavior: Behavior): object {
  const isJob = pod.metadata.ownerReferences?.[0]?.kind === 'Job';
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const of = (containers: Pod['spec']['containers'] | undefined, state: object, ready: boolean) =>
    (containers ?? []).map(({ name, image }) => ({
      ...{ name, image, imageID: '', ready, restartCount: 0, started: ready },
      state,
    }));
  const ended = (exitCode: number) => ({ terminated: { exitCode, startedAt: now, finishedAt: now } });
  const { initContainers, containers } = pod.spec;
  if (behavior === 'image-missing') {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
    return { containerStatuses: of(containers, { waiting }, false) };
  }
  if (isJob) {
    const isGood = behavior === 'work';
    return {
      phase: isGood ? 'Succeeded' : 'Failed',
      containerStatuses: of(containers, ended(isGood ? 0 : 4), false),
    };
  }
  if (behavior === 'fail') return {};
  return {
    phase: 'Running',
    conditions: ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: now,
    })),
    initContainerStatuses: of(initContainers, ended(0), true),
    containerStatuses: of(containers, { running: { startedAt: now } }, true),
  };
}
