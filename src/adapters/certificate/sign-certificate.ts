import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { bits, integer, oid, sequence, set, time, utf8, value } from './der.ts';

const OID = { commonName: '2.5.4.3', ecdsaWithSha256: '1.2.840.10045.4.3.2' } as const;

const DAY_MS = 86_400_000;
const YEARS = 10;

/** Fields of a certificate (RFC 5280 4.1). */
export interface CertificateContent {
  /** common name of its owner */
  readonly subject: string;
  /** common name of its signer */
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Uint8Array[];
  /** It is valid from a day before, for clocks that are behind, to ten years after this time of the Unix epoch. */
  readonly nowMs: number;
}

/** Returns a new private key for certificates, with its public key. */
export function newKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** Returns a private key as PEM. */
export function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Returns a certificate, PEM. @param signer the private key of its issuer, on the curve P-256 */
export function signCertificate(content: CertificateContent, signer: KeyObject): string {
  const toSign = toBeSigned(content);
  const signature = sign('sha256', toSign, signer);
  const der = sequence(toSign, sequence(oid(OID.ecdsaWithSha256)), bits(signature));
  return new X509Certificate(der).toString();
}

/** Returns a parsed certificate if this is its private key; else, and for anything that is no certificate, null. */
export function parsePair(pair: {
  readonly certificate: string;
  readonly key: string;
}): X509Certificate | null {
  try {
    const parsed = new X509Certificate(pair.certificate);
    return parsed.publicKey.equals(createPublicKey(pair.key)) ? parsed : null;
  } catch {
    return null;
  }
}

/** Returns a TBSCertificate. */
function toBeSigned({ subject, issuer, publicKey, extensions, nowMs }: CertificateContent): Buffer {
  const version3 = value(0xa0, integer(Buffer.from([2])));
  // 127 bits, so that it is positive
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  serial[0] |= 0x40;
  return sequence(
    version3,
    integer(serial),
    sequence(oid(OID.ecdsaWithSha256)),
    commonName(issuer),
    sequence(time(nowMs - DAY_MS), time(nowMs + YEARS * 365 * DAY_MS)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    value(0xa3, sequence(...extensions)),
  );
}

function commonName(text: string): Buffer {
  return sequence(set(sequence(oid(OID.commonName), utf8(text))));
}
