import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import {
  allRefs,
  type HelperPod,
  type KubernetesInput,
  namespaceOf,
  servicesOf,
} from './kubernetes-input.ts';
import type { Manifest } from './manifest.ts';
import { metadata, serviceLabels } from './metadata.ts';
import { MODELS_MOUNT, MODELS_MOUNT_WRITABLE, modelsLabel } from './models-volume.ts';
import {
  environment,
  imageOf,
  OWN_IMAGE_SECURITY,
  podSpec,
  resources,
  TMP_MOUNT,
  TMP_VOLUME,
} from './pod.ts';
import { STORE_VARIABLES, workerVariables } from './wait-container.ts';

/** Time after which a helper pod exits, seconds. */
const LIFETIME = 3600;

const NAMES: Readonly<Record<HelperPod, string>> = {
  debugger: 'models-debugger',
  uploader: 'model-uploader',
};

/** Returns the requested helper pods. @throws RmaError RMA_KUBERNETES_STRATEGY (2) */
export function helperPods(input: KubernetesInput): readonly Manifest[] {
  const { helpers, settings } = input;
  const [first] = helpers;
  if (first !== undefined && settings.strategy !== 'pvc') {
    throw new RmaError(
      'RMA_KUBERNETES_STRATEGY',
      `--with-${first} needs a claim, but kubernetes.strategy is ${settings.strategy}`,
      { exitCode: EXIT.usage, hint: `use --strategy pvc, or remove --with-${first}` },
    );
  }
  return [...helpers].sort().map((helper) => podOf(input, helper));
}

/** Returns the commands that upload the models from a machine with internet, which replace the Job. */
export function uploadCommands(input: KubernetesInput): readonly string[] {
  const namespace = namespaceOf(input.fleet.project, input.settings);
  const pod = `pod/${NAMES.uploader}`;
  return [
    shell`kubectl wait --namespace ${namespace} --for condition=ready ${pod} --timeout 60s`,
    ['rma models bundle export models.tar', ...allRefs(input).map((ref) => shell`${ref}`)].join(' '),
    shell`kubectl exec --namespace ${namespace} --stdin ${pod} -- rma-worker import-bundle - < models.tar`,
    shell`kubectl delete --namespace ${namespace} ${pod}`,
  ];
}

function podOf(input: KubernetesInput, helper: HelperPod): Manifest {
  const [worker] = servicesOf(input, 'worker');
  if (worker === undefined) throw new Error('the fleet has no worker');
  const name = NAMES[helper];
  const labels = { ...serviceLabels(input.fleet.project, name, helper), ...modelsLabel(input) };
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata(input, name, { labels }),
      spec: {
        restartPolicy: 'Never',
        ...podSpec(input, {
          mountsModels: true,
          spec: worker,
          container: {
            name: helper,
            ...imageOf(input, worker),
            command: ['sleep', String(LIFETIME)],
            env: environment(workerVariables(worker, STORE_VARIABLES)),
            ...resources(worker),
            securityContext: OWN_IMAGE_SECURITY,
            volumeMounts: [helper === 'debugger' ? MODELS_MOUNT : MODELS_MOUNT_WRITABLE, TMP_MOUNT],
          },
          volumes: [TMP_VOLUME],
          graceSeconds: 1,
        }),
      },
    },
    comment: commentOf(input, helper),
    comments: {},
  };
}

function commentOf(input: KubernetesInput, helper: HelperPod): string {
  const namespace = namespaceOf(input.fleet.project, input.settings);
  const pod = `--namespace ${namespace} pod/${NAMES[helper]}`;
  if (helper === 'uploader')
    return 'Receives the models from your machine, for an hour: the commands are at the top of the export.\nThere is no Job that downloads them.';
  return [
    'A shell on the models, read-only, for an hour:',
    `  kubectl exec --stdin --tty ${pod} -- sh`,
    `  kubectl exec ${pod} -- rma-worker inventory`,
    `  kubectl delete ${pod}`,
  ].join('\n');
}
