import { EXIT, RmaError } from '../../core/errors.ts';

const TOOLKIT_GUIDE =
  'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html';
const TOOLKIT =
  'sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker';

/** What an NFS mount says when it fails, and what mends it. */
const NFS_HINTS: readonly (readonly [reason: RegExp, hint: string])[] = [
  [/no such device|protocol not supported/, 'this kernel has no NFS yet: sudo modprobe nfs'],
  [/no such file/, 'check the path of the export: showmount -e SERVER'],
  [/permission denied|operation not permitted/, 'let the server export it to this host: /etc/exports there'],
  [/no such host|resolving/, 'check the name of the server, or name it by its address: nfs:ADDRESS:/EXPORT'],
];
const NFS_DEFAULT = 'is the server up, and does it export this? showmount -e SERVER';

/**
 * Faults that the owner of the host mends: GPUs and mounts. The engine has no codes for them, only text: the patterns
 * are those of Engine 25 to 29 and of NVIDIA's container toolkit 1.14 to 1.19.
 */
const KNOWN: readonly (readonly [pattern: RegExp, fault: (seen: string, line: string) => RmaError])[] = [
  [/could not select device driver/, toolkitMissing],
  [/unresolvable CDI devices? (\S+)/, cdiStale],
  [/nvidia-container-cli: .*?([\w-]+): unknown device/, gpuGone],
  [/failed to mount local volume: (.*addr=.*)$/, nfsMountFailed],
  [/(error resolving passed in network volume address.*)$/, nfsMountFailed],
];

/** The fault behind what `docker` or its Compose wrote; null when it is none of these. */
export function hostFault(stderr: string): RmaError | null {
  for (const line of stderr.trim().split('\n').reverse()) {
    for (const [pattern, fault] of KNOWN) {
      const match = pattern.exec(line);
      if (match !== null) return fault(match[1] ?? '', line);
    }
  }
  return null;
}

function toolkitMissing(): RmaError {
  return new RmaError('RMA_GPU_TOOLKIT_MISSING', 'Docker on this host cannot give GPUs to containers', {
    exitCode: EXIT.notReady,
    hint: `install NVIDIA's container toolkit and tell Docker: ${TOOLKIT}; apt-get knows it once NVIDIA's repository is there: ${TOOLKIT_GUIDE}`,
  });
}

function cdiStale(device: string): RmaError {
  return new RmaError(
    'RMA_GPU_CDI_STALE',
    `Docker's list of GPUs (CDI) does not have ${device}: it was made before the GPUs changed`,
    { exitCode: EXIT.notReady, hint: 'sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml' },
  );
}

function gpuGone(device: string): RmaError {
  return new RmaError('RMA_GPU_GONE', `the driver does not know ${device} any more`, {
    exitCode: EXIT.notReady,
    hint: 'see what is there: rma gpus; then run this again, it is planned anew',
  });
}

function nfsMountFailed(said: string): RmaError {
  const hint = NFS_HINTS.find(([reason]) => reason.test(said))?.[1] ?? NFS_DEFAULT;
  return new RmaError('RMA_NFS_MOUNT_FAILED', `the NFS export could not be mounted: ${said}`, {
    exitCode: EXIT.notReady,
    hint: hint.replace('SERVER', /addr=([^,\s]+)/.exec(said)?.[1] ?? 'SERVER'),
  });
}
