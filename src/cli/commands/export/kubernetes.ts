import { parseBytes } from '../../../core/units.ts';
import { CLUSTER_OPTIONS } from '../../cluster-options.ts';
import { defineCommand } from '../../define-command.ts';
import { choiceOption, flagOption, parsedOption, textOption } from '../../option.ts';
import { waitTimeoutOption } from '../../wait-timeout-option.ts';

export const exportKubernetesCommand = defineCommand({
  path: 'export kubernetes',
  group: 'Configuration',
  summary: 'Write or apply the manifests that run the project on Kubernetes',
  description:
    'Prints one stream of YAML, or writes one file for each kind of object with a kustomization. By default, a Job ' +
    'downloads the models to a PersistentVolumeClaim; each pod waits until its models are verified. Needs neither Docker nor a GPU: ' +
    'the settings describe the nodes. What Kubernetes cannot express is reported as warnings. With --apply, kubectl applies them on the ' +
    'server with the field manager rma, after a dry run, and rma waits until the services are ready.',
  examples: [
    { command: 'rma export kubernetes --profile cpu-worker -o k8s', does: 'write the manifests to k8s/' },
    {
      command: 'rma export kubernetes --profile vllm --gpu-memory 24GB -o k8s',
      does: 'for nodes with 24 GB GPUs',
    },
    {
      command: 'rma export kubernetes --profile embedding --replicas embedding-tei=3',
      does: 'print them, for three pods that share a volume',
    },
    {
      command: 'rma export kubernetes --profile vllm --gpu-memory 24GB --explain',
      does: 'compare a claim, downloads in pods, and an image',
    },
    {
      command: 'rma export kubernetes --profile vllm --gpu-memory 24GB --format llm-d -o k8s',
      does: 'serve the models with the chart of llm-d',
    },
    {
      command: 'rma export kubernetes --profile vllm --gpu-memory 24GB --format kserve -o k8s',
      does: 'serve the models with KServe',
    },
    {
      command: 'rma export kubernetes --apply --dry-run',
      does: 'show what would change in the cluster',
    },
    {
      command: 'rma export kubernetes --apply',
      does: 'apply the manifests, and wait until the services are ready',
    },
  ],
  arguments: {},
  options: {
    output: textOption('-o, --output <DIR>', 'write to this directory (empty, or an earlier export)'),
    allowHostPath: flagOption(
      '--allow-hostpath',
      'mount the directory of volumes.store from the nodes (clusters with one node)',
    ),
    format: choiceOption(
      '--format <NAME>',
      'manifests: all objects; llm-d: the claim and its Job, with values for the chart llm-d-modelservice; kserve: the claim and its Job, with InferenceServices (default manifests)',
      { choices: ['manifests', 'llm-d', 'kserve'], fallback: 'manifests' },
    ),
    nodeGroup: textOption(
      '--node-group <NAME>',
      'with --format kserve --strategy init: the LocalModelNodeGroup whose nodes keep the models',
    ),
    withDebugger: flagOption('--with-debugger', 'add a pod with a shell on the models, read-only'),
    withUploader: flagOption(
      '--with-uploader',
      'add a pod that receives the models from your machine, instead of the Job (clusters without internet)',
    ),
    explain: flagOption('--explain', 'compare the strategies for these models, and write nothing'),
    downloadRate: parsedOption(
      '--download-rate <SIZE>',
      'with --explain: rate of the download, per second (default 100MB)',
      {
        parse: (text) => parseBytes(text) || null,
        expected: 'a size per second such as 100MB',
        fallback: null,
      },
    ),
    refresh: flagOption('--refresh', 'resolve model references again'),
    apply: flagOption('--apply', 'apply the manifests with kubectl, and wait until the services are ready'),
    dryRun: flagOption('--dry-run', 'with --apply: show what would change without changing anything'),
    prune: flagOption(
      '--prune',
      'with --apply: remove objects of earlier exports that are not part of this one',
    ),
    forceConflicts: flagOption(
      '--force-conflicts',
      'with --apply: overwrite fields that another program manages',
    ),
    waitTimeout: waitTimeoutOption(
      'with --apply: how long to wait for the services after the models are present (default 30m)',
      null,
    ),
    ...CLUSTER_OPTIONS,
  },
  settings: true,
  mainSettings: [
    'profiles',
    'kubernetesNamespace',
    'strategy',
    'modelsImage',
    'storageClass',
    'volumeName',
    'existingClaim',
    'accessMode',
    'storage',
    'gpuResource',
    'gpuMemory',
    'gpuProduct',
    'workerImage',
    'imagePullPolicy',
    'imagePullSecret',
    'hubSecret',
    'replicas',
    'backoffLimit',
    'deadline',
    'ttl',
  ],
  list: false,
  load: async () => (await import('./kubernetes-handler.ts')).exportProject,
});
