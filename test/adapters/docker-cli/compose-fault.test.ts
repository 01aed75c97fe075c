import { describe, expect, it } from 'vitest';
import { composeFault } from '../../../src/adapters/docker-cli/compose-fault.ts';
import { oneOffArguments } from '../../../src/adapters/docker-cli/one-off.ts';

/** Returns the error of a `docker compose up` that exited with 1. */
const composeFor = (stderr: string) => composeFault('up', { stderr, exitCode: 1 });

describe('composeFault', () => {
  it.each([
    'Error response from daemon: driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:7700 failed: port is already allocated',
    'Error response from daemon: failed to set up container networking: failed to bind host port 127.0.0.1:7700/tcp: address already in use',
    'listen tcp4 127.0.0.1:7700: bind: address already in use',
  ])('reports the port in use: %j', (line) => {
    expect(composeFor(`time="x" level=warning msg="y"\n${line}\n`)).toMatchObject({
      code: 'RMA_PORT_TAKEN',
      exitCode: 3,
      message: 'port 7700 is already in use by another program',
    });
  });

  it('reports the last line of Compose for any other error', () => {
    expect(composeFor('one\nno such service: x\n')).toMatchObject({
      code: 'RMA_COMPOSE_FAILED',
      exitCode: 1,
      message: 'docker compose up failed: no such service: x',
    });
  });
});

describe('composeFault for errors of the host', () => {
  const daemon = 'Error response from daemon: ';
  const mount = (why: string) =>
    `${daemon}error while mounting volume '/var/lib/docker/volumes/v/_data': failed to mount local volume: mount :/exports/m:/var/lib/docker/volumes/v/_data, data: addr=10.0.0.9,rw,nfsvers=4.2,hard: ${why}`;

  it.each([
    [
      `${daemon}could not select device driver "nvidia" with capabilities: [[gpu compute utility]]`,
      'RMA_GPU_TOOLKIT_MISSING',
      'nvidia-ctk runtime configure',
    ],
    [
      `${daemon}CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=GPU-5f1c`,
      'RMA_GPU_CDI_STALE',
      'sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml',
    ],
    [
      `${daemon}failed to create task for container: stderr: nvidia-container-cli: device error: GPU-5f1c: unknown device: unknown`,
      'RMA_GPU_GONE',
      'rma gpus',
    ],
    [
      `${daemon}failed to create task for container: stderr: nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown`,
      'RMA_GPU_NOT_READY',
      'nvidia-smi',
    ],
    [
      "unable to get image 'ollama/ollama:0.32.15': Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?",
      'RMA_DOCKER_UNREACHABLE',
      'sudo systemctl start docker',
    ],
    ['failed to connect to the docker API at tcp://10.0.0.7:2376', 'RMA_DOCKER_UNREACHABLE', 'docker'],
    [
      'error during connect: Get "http://%2Frun%2Fdocker.sock/v1.51/containers/json": EOF',
      'RMA_DOCKER_UNREACHABLE',
      'sudo systemctl start docker',
    ],
    [
      'failed to connect to the docker API at unix:///run/docker.sock; check if the path is correct and if the daemon is running',
      'RMA_DOCKER_UNREACHABLE',
      'sudo systemctl start docker',
    ],
    [mount('connection refused'), 'RMA_NFS_MOUNT_FAILED', 'showmount -e 10.0.0.9'],
    [mount('no such device'), 'RMA_NFS_MOUNT_FAILED', 'sudo modprobe nfs'],
    [mount('permission denied'), 'RMA_NFS_MOUNT_FAILED', '/etc/exports'],
    [
      `${daemon}error while mounting volume '/x': error resolving passed in network volume address: lookup nas: no such host`,
      'RMA_NFS_MOUNT_FAILED',
      'nfs:ADDRESS:/EXPORT',
    ],
  ])('has a hint with the fix: %s', (line, code, hint) => {
    const error = composeFor(` Container x Starting\n${line}\n`);
    expect(error).toMatchObject({ code, exitCode: 3 });
    expect(error.hint).toContain(hint);
  });

  it.each([
    ['mkdir /var/lib/docker/volumes/rma-models: no space left on device', 'volumes/rma-models: no space'],
    [`${daemon}failed to register layer: write /blob: no space left on device`, 'write /blob: no space left'],
    [`${daemon}no space left on device`, 'full: no space left on device'],
  ])('reports that the disk of the engine is full: %s', (line, message) => {
    expect(composeFor(line)).toMatchObject({
      code: 'RMA_DOCKER_DISK_FULL',
      exitCode: 5,
      message: expect.stringContaining(message),
      hint: expect.stringContaining('rma cache prune'),
    });
  });

  it.each([
    ['unresolvable CDI devices nvidia.com/gpu=GPU-5f1c', 'nvidia.com/gpu=GPU-5f1c'],
    ['nvidia-container-cli: device error: GPU-5f1c: unknown device: unknown', 'GPU-5f1c'],
    [mount('connection refused'), 'mount :/exports/m'],
  ])('names the affected object: %s', (line, object) => {
    expect(composeFor(line).message).toContain(object);
  });
});

describe('composeFault for two concurrent commands', () => {
  it('names the container that the other command created', () => {
    const said =
      'Error response from daemon: Conflict. The container name "/p-coordinator-1" is already in use by container "47e0". You have to remove (or rename) that container to be able to reuse that name.';
    const error = composeFor(said);
    expect(error).toMatchObject({ code: 'RMA_PROJECT_BUSY', exitCode: 1 });
    expect(error.message).toContain('p-coordinator-1');
  });
});

describe('oneOffArguments', () => {
  const run = {
    image: 'rma-worker:1',
    argv: ['rma-worker', 'check'],
    stdin: '',
    mounts: ['type=volume,source=v,target=/models,readonly'],
    env: { HF_ENDPOINT: 'https://hub.example' },
    extraHosts: ['host.docker.internal:host-gateway'],
    user: '1000:1000',
    network: false,
    labels: { 'rma.one-off': 'p' },
  };

  it('drops all capabilities, removes the container and never pulls', () => {
    const argv = oneOffArguments(run);
    expect(argv).toEqual(
      expect.arrayContaining(['--rm', '--cap-drop', 'ALL', '--pull', 'never', '--network', 'none']),
    );
    expect(argv.slice(-3)).toEqual(['rma-worker:1', 'rma-worker', 'check']);
  });

  it('enables the network only if requested', () => {
    expect(oneOffArguments({ ...run, network: true })).not.toContain('--network');
  });
});
