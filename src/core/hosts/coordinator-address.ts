import type { HostConfig } from '../domain/config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { isLoopback } from '../host-address.ts';

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

export interface CoordinatorPlace extends Pick<HostConfig, 'address'> {
  /** name of its host */
  readonly host: string;
  /** address of its published port */
  readonly bind: string;
  /** names of the other hosts with workers */
  readonly others: readonly string[];
}

/**
 * Returns the host name or address, as URLs write it without brackets, by which other hosts reach the coordinator: the one it is
 * published on; for a wildcard that of its SSH address, else the name of the host. Null if no other host needs it.
 * @throws RmaError RMA_HOST_BIND (2) if they cannot reach it
 */
export function coordinatorAddress({ host, address, bind, others }: CoordinatorPlace): string | null {
  const [other] = others;
  if (other === undefined) return null;
  if (isLoopback(bind)) throw unreachable(host, bind, other);
  if (!WILDCARDS.includes(bind)) return bind;
  return (address === null ? null : sshHost(address)) ?? host;
}

function sshHost(address: string): string | null {
  if (!address.startsWith('ssh://') || !URL.canParse(address)) return null;
  return new URL(address).hostname.replace(/^\[(.*)\]$/, '$1') || null;
}

function unreachable(host: string, bind: string, other: string): RmaError {
  return new RmaError(
    'RMA_HOST_BIND',
    `the coordinator on ${host} is published on ${bind}, where ${other} cannot reach it`,
    {
      exitCode: EXIT.usage,
      hint: `set an address of ${host} that the other hosts reach, in rma.yaml: hosts: { ${host}: { bind: ADDRESS } }`,
      details: { host },
    },
  );
}
