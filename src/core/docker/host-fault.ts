import { EXIT, RmaError } from '../errors.ts';
import { shortened } from '../last-line.ts';

const TOOLKIT_GUIDE =
  'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html';
const TOOLKIT =
  'sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker';

/** Error texts of NFS mounts, each with the fix. */
const NFS_HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/no such device|protocol not supported/, 'the NFS kernel module is not loaded: sudo modprobe nfs'],
  [/no such file/, 'check the path of the export: showmount -e SERVER'],
  [/permission denied|operation not permitted/, 'export it to this host in /etc/exports on the server'],
  [/no such host|resolving/, "check the server's host name, or use its IP address: nfs:ADDRESS:/EXPORT"],
];
const NFS_DEFAULT = 'check that the server is up and exports this path: showmount -e SERVER';

const PORT = /(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):(\d{1,5})/;
const ADDRESS = /(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}/;

/**
 * Faults of the host that its administrator fixes: ports, GPUs, mounts and a full disk. The engine reports them as text without codes; the
 * patterns match Engine 25 to 29 and the NVIDIA Container Toolkit 1.14 to 1.19.
 */
const KNOWN: readonly (readonly [pattern: RegExp, fault: (seen: string, line: string) => RmaError])[] = [
  [
    /(?:Cannot connect to the Docker daemon|failed to connect to the docker API) at (\S+?)[.;,]?(?:\s|$)/,
    engineGone,
  ],
  [/^error during connect: /, engineGone],
  [/port is already allocated|address already in use/, portTaken],
  [/cannot assign requested address/, addressUnavailable],
  [/could not select device driver/, toolkitMissing],
  [/unresolvable CDI devices? (\S+)/, cdiStale],
  [/nvidia-container-cli: .*?([\w-]+): unknown device/, gpuGone],
  [/nvidia-container-cli: (.+)/, gpuNotReady],
  [/failed to mount local volume: (.*addr=.*)$/, nfsMountFailed],
  [/(error resolving passed in network volume address.*)$/, nfsMountFailed],
  [/no space left on device/, diskFull],
];

/** Returns the host fault in an error of the engine, `docker` or `docker compose`; null if there is none. */
export function hostFault(text: string): RmaError | null {
  for (const line of text.trim().split('\n').reverse()) {
    for (const [pattern, fault] of KNOWN) {
      const match = pattern.exec(line);
      if (match !== null) return fault(match[1] ?? '', line);
    }
  }
  return null;
}

function engineGone(endpoint: string): RmaError {
  return new RmaError(
    'RMA_DOCKER_UNREACHABLE',
    `the connection to the Docker Engine at ${endpoint} was lost`,
    {
      exitCode: EXIT.notReady,
      hint: 'start it (sudo systemctl start docker), then run the command again',
    },
  );
}

function diskFull(_: string, line: string): RmaError {
  const reason = line.trim().replace(/^Error response from daemon: /, '');
  return new RmaError('RMA_DOCKER_DISK_FULL', `the disk of the Docker Engine is full: ${shortened(reason)}`, {
    exitCode: EXIT.doesNotFit,
    hint: 'free space there, then run the command again: docker system df shows what uses it; rma cache prune removes unused models, docker image prune unused images',
  });
}

function portTaken(_: string, line: string): RmaError {
  const port = PORT.exec(line)?.[1];
  const name = port === undefined ? 'a port' : `port ${port}`;
  return new RmaError('RMA_PORT_TAKEN', `${name} is already in use by another program`, {
    exitCode: EXIT.notReady,
    hint: 'choose another port: --port SERVICE=PORT or --coordinator-port PORT',
  });
}

function addressUnavailable(_: string, line: string): RmaError {
  const address = ADDRESS.exec(line)?.[1] ?? 'of --bind';
  return new RmaError(
    'RMA_BIND_UNAVAILABLE',
    `cannot publish ports: the Docker host has no address ${address}`,
    {
      exitCode: EXIT.notReady,
      hint: 'pass one of its addresses (ip addr lists them): rma up --bind ADDRESS; 0.0.0.0 means all of them',
    },
  );
}

function toolkitMissing(): RmaError {
  return new RmaError('RMA_GPU_TOOLKIT_MISSING', 'Docker on this host cannot pass GPUs to containers', {
    exitCode: EXIT.notReady,
    hint: `install and configure the NVIDIA Container Toolkit: ${TOOLKIT}; add NVIDIA's apt repository first: ${TOOLKIT_GUIDE}`,
  });
}

function cdiStale(device: string): RmaError {
  return new RmaError(
    'RMA_GPU_CDI_STALE',
    `Docker's CDI specification does not contain ${device}: the GPUs changed after it was generated`,
    { exitCode: EXIT.notReady, hint: 'sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml' },
  );
}

function gpuGone(device: string): RmaError {
  return new RmaError('RMA_GPU_GONE', `${device} not found by the NVIDIA driver`, {
    exitCode: EXIT.notReady,
    hint: 'list the GPUs: rma gpus; then run the command again to create a new plan',
  });
}

function gpuNotReady(reason: string): RmaError {
  return new RmaError('RMA_GPU_NOT_READY', `the NVIDIA driver is not ready: ${reason}`, {
    exitCode: EXIT.notReady,
    hint: 'check the driver: nvidia-smi; once it lists the GPUs: rma up',
  });
}

function nfsMountFailed(reason: string): RmaError {
  const hint = NFS_HINTS.find(([pattern]) => pattern.test(reason))?.[1] ?? NFS_DEFAULT;
  return new RmaError('RMA_NFS_MOUNT_FAILED', `failed to mount the NFS export: ${reason}`, {
    exitCode: EXIT.notReady,
    hint: hint.replace('SERVER', /addr=([^,\s]+)/.exec(reason)?.[1] ?? 'SERVER'),
  });
}
