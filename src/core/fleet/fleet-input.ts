import type { Owner, RmaConfig } from '../domain/config.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { ServicePlacement } from '../domain/placement.ts';
import { COORDINATOR_SERVICE } from '../domain/registration.ts';
import { COORDINATOR_CERTIFICATE_SECRET } from '../domain/secret-names.ts';
import type { Selection } from '../domain/selection.ts';
import { isWildcard } from '../host-address.ts';
import { bracketed } from '../network/listen-address.ts';

/** Everything that the fleet of one host depends on. */
export interface FleetInput {
  readonly config: RmaConfig;
  readonly selection: Selection;
  /** service → its GPUs; absent services run on the CPU */
  readonly placement: ReadonlyMap<string, ServicePlacement>;
  /** by the reference that the selection names */
  readonly pinned: ReadonlyMap<string, PinnedModel>;
  /** maximum context of each model, tokens, by the reference that the selection names; absent: unknown */
  readonly contextLengths: ReadonlyMap<string, number>;
  /** tag of rma's own image, which workers and the coordinator run */
  readonly workerImage: string;
  /** name of the host in registrations */
  readonly host: string;
  /** user of the store */
  readonly owner: Owner;
  /** service → port on the host, from `choosePorts` */
  readonly ports: ReadonlyMap<string, number>;
  /** where services have their own host names and ports instead of those of a host: `SERVICE.<domain>` */
  readonly domain?: string | undefined;
  /** names of the secrets in use: `hf_token`, `coordinator_key`, `worker_token_<profile>`, and others */
  readonly secrets: ReadonlySet<string>;
  /** of the caller; only the proxy variables (either case), LOG_LEVEL and LOG_FILE are read */
  readonly environment: Readonly<Record<string, string>>;
}

/** A port on the host as users and other hosts reach it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly url: string;
}

/** Returns where a service is reached. A URL on a host never has a wildcard address, but the name of the host instead. */
export function endpointOf(input: FleetInput, service: string): Endpoint {
  const { config, host, ports, domain } = input;
  const port = ports.get(service);
  if (port === undefined) throw new Error(`no port was chosen for ${service}`);
  if (domain !== undefined) return { address: '0.0.0.0', port, url: `http://${service}.${domain}:${port}` };
  const address = config.bind;
  const name = isWildcard(address) ? host : bracketed(address);
  const scheme = service === COORDINATOR_SERVICE ? coordinatorScheme(input) : 'http';
  return { address, port, url: `${scheme}://${name}:${port}` };
}

/** Returns the scheme of rma's own coordinator: it uses TLS if it has a certificate. */
export function coordinatorScheme({ secrets }: Pick<FleetInput, 'secrets'>): 'http' | 'https' {
  return secrets.has(COORDINATOR_CERTIFICATE_SECRET) ? 'https' : 'http';
}

/** Returns the pinned model behind a reference of the selection. */
export function pinnedModel({ pinned }: FleetInput, ref: string): PinnedModel {
  const model = pinned.get(ref);
  if (model === undefined) throw new Error(`${ref} was not resolved`);
  return model;
}
