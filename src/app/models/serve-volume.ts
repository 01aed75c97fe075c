import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { bracketed, type ListenAddress } from '../../core/network/listen-address.ts';
import { SERVE_PORT } from '../../core/network/peer-address.ts';
import { readServeLine, type ServeLine, type ServeRequest } from '../../core/worker/read-serve-request.ts';
import { workerError } from '../../core/worker/read-worker-fault.ts';
import type { KeyPair } from '../../ports/certificates.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { storeContainer, storeExists, storeMount } from '../observe/store-container.ts';
import type { VolumeHost, VolumeInvocation } from '../offline/run-in-volume.ts';

export interface ServeVolumeRequest {
  readonly config: RmaConfig;
  readonly listen: ListenAddress;
  readonly secrets: {
    readonly token: { readonly value: string } | null;
    /** null: plain HTTP */
    readonly tls: KeyPair | null;
  };
  readonly log: (line: string) => void;
  readonly onReady: (served: Omit<Extract<ServeLine, { type: 'ready' }>, 'type'>) => void;
}

/**
 * Serves the store of a project in a container of the worker image, which mounts it read-only, until the signal is aborted.
 * @throws RmaError RMA_SERVE_NO_STORE (1); RMA_SERVE_FAILED (1) if the container ended; RMA_SERVE_PORT_TAKEN (3); of Docker (3)
 */
export async function serveVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, listen, secrets, log, onReady }: ServeVolumeRequest,
): Promise<void> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  if (!(await storeExists(host, access, snapshot))) throw noStore();
  if (!snapshot.images.has(imageKey(access.image))) {
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  }
  const { token, tls } = secrets;
  const pair = tls === null ? null : { key: tls.key, certificate: tls.certificate };
  const input: ServeRequest = { port: SERVE_PORT, token: token?.value ?? '', tls: pair };
  const container = storeContainer(access, 'serve', input);
  try {
    const outcome = await host.docker.oneOff({
      ...container,
      argv: [...container.argv, '--json'],
      mounts: [`${storeMount(access.volume)},readonly`],
      env: {},
      extraHosts: [],
      network: true,
      publish: [`${bracketed(listen.host)}:${listen.port}:${SERVE_PORT}`],
      signal: invocation.signal,
      onStdout: (text) => {
        const line = readServeLine(text);
        if (line?.type === 'ready') onReady({ references: line.references, bytes: line.bytes });
        if (line?.type === 'request') log(line.text);
      },
    });
    throw ended(outcome.stderr, listen);
  } catch (error) {
    // a signal is the usual end
    if (!invocation.signal.aborted) throw error;
  }
}

function ended(stderr: string, { host, port }: ListenAddress): RmaError {
  if (/port is already allocated|address already in use/i.test(stderr)) {
    return new RmaError('RMA_SERVE_PORT_TAKEN', `${bracketed(host)}:${port} is already in use`, {
      exitCode: EXIT.notReady,
      hint: 'use another port: --listen ADDRESS:PORT',
    });
  }
  const why = stderr.trim().split('\n').at(-1) || 'no output';
  return (
    workerError(stderr) ??
    new RmaError('RMA_SERVE_FAILED', `the container that serves the store exited: ${why}`, {
      hint: 'run the command again; docker ps -a lists containers',
    })
  );
}

function noStore(): RmaError {
  return new RmaError('RMA_SERVE_NO_STORE', 'the project has no store yet', {
    hint: 'download models first: rma models pull; or serve a directory: rma models serve --dest DIR',
  });
}
