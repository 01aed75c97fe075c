import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { isWildcard } from '../../core/host-address.ts';
import { bracketed, isLocalOnly, type ListenAddress } from '../../core/network/listen-address.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Certificates } from '../../ports/certificates.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { StoreServer } from '../../ports/store-server.ts';
import type { VolumeHost, VolumeInvocation } from '../offline/run-in-volume.ts';
import { type ServeFiles, type ServeSecrets, serveSecrets } from './serve-secrets.ts';
import { serveVolume } from './serve-volume.ts';

export interface ServeModelsRequest {
  readonly config: RmaConfig;
  /** the store in a directory; null: the project's volume, through the worker image */
  readonly server: (StoreServer & { readonly folder: string }) | null;
  readonly listen: ListenAddress;
  readonly files: ServeFiles;
  readonly certificates: Certificates;
  /** host names and addresses of this machine; the first one is its name */
  readonly names: readonly [string, ...string[]];
  /** called once, when it accepts connections */
  readonly onReady: (served: ServedAddress) => void;
}

/** How other machines reach a served store. */
export interface ServedAddress {
  readonly url: string;
  /** sha256 of the certificate; null without TLS */
  readonly fingerprint: string | null;
  /** file with the token; null if none is needed */
  readonly tokenFile: string | null;
  /** of its models, sorted */
  readonly references: readonly string[];
  readonly bytes: number;
}

/**
 * Serves a store read-only until the signal is aborted. Beyond this machine a token and TLS are always needed; on loopback
 * neither, except that a container, which other containers can reach, needs the token.
 * @throws RmaError as serveSecrets, StoreServer.start, serveVolume; RMA_USAGE_INVALID (2)
 */
export async function serveModels(
  host: VolumeHost,
  invocation: VolumeInvocation & Pick<Invocation, 'randomKey' | 'clock'>,
  request: ServeModelsRequest,
): Promise<void> {
  const { server, listen } = request;
  if (server === null && listen.port === 0) throw noPort();
  if (server !== null && (await host.files.facts(server.folder)) === null) throw noDirectory(server.folder);
  const isLocal = isLocalOnly(listen);
  const needs = { token: !isLocal || server === null, tls: !isLocal };
  const secrets = await serveSecrets(host, invocation, { ...request, needs });
  const log = (text: string) => invocation.reporter.emit({ type: 'log', level: 'info', text });
  const ready = (port: number, served: Pick<ServedAddress, 'references' | 'bytes'>) =>
    request.onReady({ ...addressOf(request, secrets, port), ...served });
  if (server === null) {
    const { config } = request;
    await serveVolume(host, invocation, {
      config,
      listen,
      secrets,
      log,
      onReady: (served) => ready(listen.port, served),
    });
    return;
  }
  const { models, bytes } = await server.models();
  const running = await server.start({ listen, tls: secrets.tls, token: secrets.token?.value ?? null, log });
  ready(running.port, { references: models.map(({ ref }) => ref), bytes });
  await aborted(invocation.signal);
  await running.close();
}

function addressOf(
  { listen, names: [name] }: ServeModelsRequest,
  { token, tls }: ServeSecrets,
  port: number,
): Pick<ServedAddress, 'url' | 'fingerprint' | 'tokenFile'> {
  return {
    url: `${tls === null ? 'http' : 'https'}://${isWildcard(listen.host) ? name : bracketed(listen.host)}:${port}`,
    fingerprint: tls?.fingerprint ?? null,
    tokenFile: token?.file ?? null,
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function noDirectory(folder: string): RmaError {
  return new RmaError('RMA_SERVE_NO_STORE', `${folder} does not exist`, {
    hint: shell`pass the directory of a store, or download models to it first: rma models pull MODEL --dest ${folder}`,
  });
}

function noPort(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'port 0 is for --dest only: Docker publishes a given port', {
    exitCode: EXIT.usage,
    hint: 'name a port: --listen 127.0.0.1:7701',
  });
}
