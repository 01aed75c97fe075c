import { EXIT, RmaError } from '../errors.ts';
import { type PublishingHost, publishedAddress } from './published-address.ts';

export interface CoordinatorPlace extends PublishingHost {
  /** names of the other hosts with workers */
  readonly others: readonly string[];
}

/**
 * Returns the host name or address by which other hosts reach the coordinator, as URLs write it without brackets; null if no
 * other host needs it.
 * @throws RmaError RMA_HOST_BIND (2) if they cannot reach it
 */
export function coordinatorAddress({ others, ...place }: CoordinatorPlace): string | null {
  const [other] = others;
  if (other === undefined) return null;
  const address = publishedAddress(place);
  if (address !== null) return address;
  const { host, bind } = place;
  throw new RmaError(
    'RMA_HOST_BIND',
    `the coordinator on ${host} is published on ${bind}, where ${other} cannot reach it`,
    {
      exitCode: EXIT.usage,
      hint: `set an address of ${host} that the other hosts reach, in rma.yaml: hosts: { ${host}: { bind: ADDRESS } }`,
      details: { host },
    },
  );
}
