import { EXIT, RmaError } from '../../core/errors.ts';
import { type AddressKind, addressKind, CONFIGURED, hostKind, type Reach } from './address-kind.ts';

const KIND_TEXT: Readonly<Record<AddressKind, string>> = {
  loopback: 'an address of this machine',
  private: 'an address of a private network',
  'link-local': 'a link-local address',
  metadata: 'the metadata service of a cloud',
  reserved: 'a reserved address',
  public: 'a public address',
};

/** @throws RmaError as `unsafeAddress` returns it, for a host whose address its name shows */
export function checkHost(hostname: string, reach: Reach): void {
  const kind = hostKind(hostname);
  if (kind !== null && !reach.has(kind)) throw unsafeAddress({ hostname, reach, address: null });
}

interface UnsafeTarget {
  readonly hostname: string;
  readonly reach: Reach;
  /** that the name resolves to; null: the name itself shows it */
  readonly address: string | null;
}

/** Returns the error for a connection to an address that the request must not reach. */
export function unsafeAddress({ hostname, reach, address }: UnsafeTarget): RmaError {
  const kind = address === null ? (hostKind(hostname) ?? 'reserved') : addressKind(address);
  const what = `${address === null ? 'is' : `resolves to ${address},`} ${KIND_TEXT[kind]}`;
  if (reach === CONFIGURED) {
    return new RmaError('RMA_HUB_UNSAFE_ADDRESS', `${hostname} ${what}`, {
      exitCode: EXIT.badContent,
      hint: 'no request was sent; check the URL of the model and the hub endpoint',
    });
  }
  return new RmaError('RMA_HUB_UNSAFE_REDIRECT', `redirected to ${hostname}, which ${what}`, {
    exitCode: EXIT.badContent,
    hint: 'nothing was downloaded; check the hub endpoint: only a hub in a private network may redirect to one',
  });
}
