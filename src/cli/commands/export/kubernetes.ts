import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const exportKubernetesCommand = defineCommand({
  path: 'export kubernetes',
  group: 'Configuration',
  summary: 'Write the manifests that run the project on Kubernetes',
  description:
    'Prints one stream of YAML, or writes one file for each kind of object with a kustomization. A Job downloads the models ' +
    'to a PersistentVolumeClaim; each pod waits until its models are verified. Needs neither Docker nor a GPU: the settings ' +
    'describe the nodes. What Kubernetes cannot express is reported as warnings.',
  examples: [
    { command: 'rma export kubernetes --profile cpu-worker -o k8s', does: 'write the manifests to k8s/' },
    {
      command: 'rma export kubernetes --profile vllm --gpu-memory 24GB -o k8s',
      does: 'for nodes with 24 GB GPUs',
    },
    {
      command: 'rma export kubernetes --profile embedding --replicas embedding-tei=3 --storage-class nfs',
      does: 'print them, for three pods that share a volume',
    },
  ],
  arguments: {},
  options: {
    output: textOption('-o, --output <DIR>', 'write to this directory, which has no other files'),
    allowHostPath: flagOption(
      '--allow-hostpath',
      'mount the directory of volumes.store from the nodes (clusters with one node)',
    ),
    refresh: flagOption('--refresh', 'resolve model references again'),
  },
  settings: true,
  mainSettings: [
    'profiles',
    'kubernetesNamespace',
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
