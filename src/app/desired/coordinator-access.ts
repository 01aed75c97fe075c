import { coordinatorNames } from '../../core/coordinator/server-names.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import {
  COORDINATOR_CA_KEY_SECRET,
  COORDINATOR_CA_SECRET,
  COORDINATOR_CERTIFICATE_KEY_SECRET,
  COORDINATOR_CERTIFICATE_SECRET,
  COORDINATOR_KEY_SECRET,
} from '../../core/domain/secret-names.ts';
import { RmaError } from '../../core/errors.ts';
import { isLoopback } from '../../core/host-address.ts';
import { workerToken } from '../../core/registration-token.ts';
import { workerId } from '../../core/worker-id.ts';
import type { Authority, KeyPair } from '../../ports/certificates.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectFiles } from '../observe/project-files.ts';

/** How the workers of one host register with their coordinator, and what that needs if it runs on the same host. */
export interface CoordinatorAccess {
  /** Returns values by name, besides the tokens of the workers. */
  readonly secrets: () => Promise<ReadonlyMap<string, string>>;
  /** Returns the token of a profile's worker; null: it sends none. */
  readonly token: (profile: string) => Promise<string | null>;
}

export interface CoordinatorRequest {
  /** of the host that runs it */
  readonly config: Pick<RmaConfig, 'project' | 'stateDir' | 'bind'>;
  /** host name or address by which other hosts reach it; null: no other host does */
  readonly address: string | null;
  /** replaces all of them */
  readonly rotate?: boolean | undefined;
}

type OwnInvocation = Pick<Invocation, 'randomKey' | 'authority'>;

/** The key of a coordinator, and with TLS its certificates. */
export type CoordinatorSecrets = ReadonlyMap<string, string>;

/**
 * Returns the secrets of a coordinator that rma runs: those of earlier commands while they are valid, else new ones, which
 * nothing writes yet. It uses TLS if it is published beyond loopback.
 * @throws RmaError RMA_TOKEN_NONE (1) if there are none to replace
 */
export async function coordinatorSecrets(
  host: Pick<Host, 'name' | 'files'>,
  { randomKey, authority }: OwnInvocation,
  { config, address, rotate = false }: CoordinatorRequest,
): Promise<CoordinatorSecrets> {
  const folder = projectFiles(config).secrets;
  const read = async (name: string) => host.files.read(`${folder}/${name}`);
  const oldKey = await read(COORDINATOR_KEY_SECRET);
  if (rotate && oldKey === null) throw noTokens(config.project);
  const key = rotate || oldKey === null ? randomKey() : oldKey;
  const secrets: [string, string][] = [[COORDINATOR_KEY_SECRET, key]];
  if (isLoopback(config.bind)) return new Map(secrets);
  const names = coordinatorNames({ host: host.name, bind: config.bind, address });
  const kept = async (keySecret: string, certificateSecret: string): Promise<KeyPair> => ({
    key: (await read(keySecret)) ?? '',
    certificate: (await read(certificateSecret)) ?? '',
  });
  const pairs = certificatesOf(authority, {
    project: config.project,
    names,
    ca: rotate ? NO_PAIR : await kept(COORDINATOR_CA_KEY_SECRET, COORDINATOR_CA_SECRET),
    server: await kept(COORDINATOR_CERTIFICATE_KEY_SECRET, COORDINATOR_CERTIFICATE_SECRET),
  });
  secrets.push(
    [COORDINATOR_CA_KEY_SECRET, pairs.ca.key],
    [COORDINATOR_CA_SECRET, pairs.ca.certificate],
    [COORDINATOR_CERTIFICATE_KEY_SECRET, pairs.server.key],
    [COORDINATOR_CERTIFICATE_SECRET, pairs.server.certificate],
  );
  return new Map(secrets);
}

const NO_PAIR: KeyPair = { key: '', certificate: '' };

interface CertificateRequest {
  readonly project: string;
  readonly names: readonly string[];
  /** what exists; empty texts: nothing */
  readonly ca: KeyPair;
  readonly server: KeyPair;
}

/** Returns the CA and the certificate of a coordinator, and keeps what is valid. */
function certificatesOf(
  authority: Authority,
  { project, names, ca: oldCa, server: oldServer }: CertificateRequest,
): { readonly ca: KeyPair; readonly server: KeyPair } {
  const ca = authority.isAuthority(oldCa) ? oldCa : authority.create(project);
  const isValid = authority.isIssued(oldServer, { by: ca, names });
  return { ca, server: isValid ? oldServer : authority.issue(ca, { subject: 'rma coordinator', names }) };
}

/** Returns how the workers on the host of a coordinator register with it. */
export function accessBySecrets(
  secrets: CoordinatorSecrets,
  { host, project }: { readonly host: string; readonly project: string },
): CoordinatorAccess {
  const key = secrets.get(COORDINATOR_KEY_SECRET);
  if (key === undefined) throw new Error('a coordinator without a key');
  return {
    secrets: async () => secrets,
    token: async (profile) => workerToken(key, host, workerId(host, project, profile)),
  };
}

function noTokens(project: string): RmaError {
  return new RmaError(
    'RMA_TOKEN_NONE',
    `project ${project} has no coordinator whose tokens could be replaced`,
    {
      hint: 'rma up starts the project and creates them; rma down removes them',
    },
  );
}
