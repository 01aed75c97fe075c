import { createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Certificates } from '../../ports/certificates.ts';
import { bits, boolean, integer, octets, oid, sequence, set, time, utf8, value } from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  subjectAltName: '2.5.29.17',
} as const;

const DAY_MS = 86_400_000;
const YEARS = 10;

/** Certificates by Node.js alone: it has no function that creates one, but keys, signatures and a parser. */
export const certificates: Certificates = {
  create({ names, nowMs }) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const toSign = content({ names, nowMs, publicKey: publicKey.export({ type: 'spki', format: 'der' }) });
    const signature = sign('sha256', toSign, privateKey);
    const der = sequence(toSign, sequence(oid(OID.ecdsaWithSha256)), bits(signature));
    return {
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: new X509Certificate(der).toString(),
    };
  },
  inspect({ certificate, key }) {
    try {
      const parsed = new X509Certificate(certificate);
      const isOwn = parsed.publicKey.equals(createPublicKey(key));
      return isOwn ? { fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase() } : null;
    } catch {
      return null;
    }
  },
};

interface CertificateContent {
  readonly names: readonly string[];
  readonly nowMs: number;
  /** SubjectPublicKeyInfo, DER */
  readonly publicKey: Uint8Array;
}

/** Returns a TBSCertificate (RFC 5280 4.1) that is its own issuer. */
function content({ names, nowMs, publicKey }: CertificateContent): Buffer {
  const version3 = value(0xa0, integer(Buffer.from([2])));
  // 127 bits, so that it is positive
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  serial[0] |= 0x40;
  const name = sequence(set(sequence(oid(OID.commonName), utf8('rma models serve'))));
  const validity = sequence(time(nowMs - DAY_MS), time(nowMs + YEARS * 365 * DAY_MS));
  return sequence(
    version3,
    integer(serial),
    sequence(oid(OID.ecdsaWithSha256)),
    name,
    validity,
    name,
    publicKey,
    extensions(names),
  );
}

function extensions(names: readonly string[]): Buffer {
  const extension = (id: string, isCritical: boolean, body: Uint8Array): Buffer =>
    sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octets(body));
  return value(
    0xa3,
    sequence(
      // a CA of its own, so that a client can trust it as a file of CA certificates
      extension(OID.basicConstraints, true, sequence(boolean(true))),
      // digitalSignature and keyCertSign
      extension(OID.keyUsage, true, bits(Buffer.from([0x84]), 2)),
      extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
      extension(OID.subjectAltName, false, sequence(...names.map(generalName))),
    ),
  );
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
