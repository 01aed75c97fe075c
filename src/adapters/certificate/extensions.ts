import { createHash, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, boolean, integer, octets, oid, sequence, value } from './der.ts';

const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** Bits of the extension keyUsage (RFC 5280 4.2.1.3): the first byte, and how many bits at its end do not count. */
export const KEY_USAGE = {
  sign: { byte: 0x80, unused: 7 },
  signCertificates: { byte: 0x06, unused: 1 },
  signAll: { byte: 0x84, unused: 2 },
} as const;

/** A certificate that may sign others. @param depth how many CAs may follow below it; absent: any number */
export function certificateAuthority(depth?: number): Buffer {
  const length = depth === undefined ? [] : [integer(Buffer.from([depth]))];
  return extension(OID.basicConstraints, sequence(boolean(true), ...length), 'critical');
}

/** A certificate that may not sign others. */
export function endEntity(): Buffer {
  return extension(OID.basicConstraints, sequence(), 'critical');
}

export function keyUsage({ byte, unused }: { readonly byte: number; readonly unused: number }): Buffer {
  return extension(OID.keyUsage, bits(Buffer.from([byte]), unused), 'critical');
}

/** For servers only. */
export function serverAuth(): Buffer {
  return extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth)));
}

/** @param names host names and IP addresses */
export function alternativeNames(names: readonly string[]): Buffer {
  return extension(OID.subjectAltName, sequence(...names.map(generalName)));
}

/** Names the key of a CA, so that clients with several CAs find the right one. */
export function subjectKey(key: KeyObject): Buffer {
  return extension(OID.subjectKeyIdentifier, octets(keyIdentifier(key)));
}

/** Names the key that signed the certificate. */
export function authorityKey(key: KeyObject): Buffer {
  return extension(OID.authorityKeyIdentifier, sequence(value(0x80, keyIdentifier(key))));
}

function keyIdentifier(key: KeyObject): Buffer {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest().subarray(0, 20);
}

function extension(id: string, body: Uint8Array, critical?: 'critical'): Buffer {
  return sequence(oid(id), ...(critical === undefined ? [] : [boolean(true)]), octets(body));
}

/** dNSName or iPAddress (RFC 5280 4.2.1.6) */
function generalName(name: string): Buffer {
  const family = isIP(name);
  if (family === 0) return value(0x82, Buffer.from(name, 'latin1'));
  return value(0x87, family === 4 ? Buffer.from(name.split('.').map(Number)) : sixteenBytes(name));
}

function sixteenBytes(address: string): Buffer {
  // `URL` writes an IPv4 address at the end as words
  const [head = '', tail] = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname
    .slice(1, -1)
    .split('::');
  const words = (text: string): readonly string[] => text.split(':').filter((word) => word !== '');
  const [first, last] = [words(head), words(tail ?? '')];
  const zeros = new Array<string>(8 - first.length - last.length).fill('0');
  return Buffer.from([...first, ...zeros, ...last].map((word) => word.padStart(4, '0')).join(''), 'hex');
}
