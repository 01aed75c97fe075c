import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { addressKind, type Reach } from './address-kind.ts';
import { unsafeAddress } from './unsafe-address.ts';

export interface GuardedLookup {
  readonly reach: Reach;
  /** default: the resolver of this machine */
  readonly lookup?: LookupFunction | undefined;
}

/**
 * Returns a resolver for sockets that leaves out addresses which the request may not connect to. The socket connects to
 * the addresses that were checked, so a name that resolves differently the next time changes nothing.
 */
export function guardedLookup({ reach, lookup = systemLookup }: GuardedLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [], 0);
      const all = typeof found === 'string' ? [] : found;
      const allowed = all.filter(({ address }) => reach.has(addressKind(address)));
      const [first] = allowed;
      if (first === undefined) callback(refusal(hostname, reach, all), [], 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(hostname: string, reach: Reach, found: readonly LookupAddress[]): Error {
  const [refused] = found;
  if (refused === undefined) return new Error(`${hostname} has no address`);
  return unsafeAddress({ hostname, reach, address: refused.address });
}
