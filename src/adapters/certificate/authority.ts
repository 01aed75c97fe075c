import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Authority, KeyPair } from '../../ports/certificates.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  alternativeNames,
  authorityKey,
  certificateAuthority,
  endEntity,
  KEY_USAGE,
  keyUsage,
  serverAuth,
  subjectKey,
} from './extensions.ts';
import { keyText, newKey, parsePair, signCertificate } from './sign-certificate.ts';

/** Limit of a common name (RFC 5280, ub-common-name). */
const MAX_NAME = 64;
const YEAR_MS = 365 * 86_400_000;

/** Returns the certificate authority of projects, for the time of a clock. */
export function createAuthority(clock: Pick<Clock, 'now'>): Authority {
  const lasts = ({ validTo }: X509Certificate): boolean => Date.parse(validTo) > clock.now() + YEAR_MS;
  return {
    create(project) {
      const { privateKey, publicKey } = newKey();
      const name = `rma ${project}`.slice(0, MAX_NAME);
      const extensions = [
        certificateAuthority(0),
        keyUsage(KEY_USAGE.signCertificates),
        subjectKey(publicKey),
      ];
      const content = { subject: name, issuer: name, publicKey, extensions, nowMs: clock.now() };
      return { key: keyText(privateKey), certificate: signCertificate(content, privateKey) };
    },
    issue: (ca, { subject, names }) => issue(ca, { subject, names, nowMs: clock.now() }),
    isAuthority(pair) {
      const parsed = parsePair(pair);
      return parsed?.ca === true && lasts(parsed);
    },
    isIssued(pair, { by, names }) {
      const parsed = parsePair(pair);
      return parsed !== null && lasts(parsed) && isSignedBy(parsed, by) && hasNames(parsed, names);
    },
  };
}

interface ServerCertificate {
  readonly subject: string;
  readonly names: readonly string[];
  readonly nowMs: number;
}

function issue(ca: KeyPair, { subject, names, nowMs }: ServerCertificate): KeyPair {
  const { privateKey, publicKey } = newKey();
  const signer = createPrivateKey(ca.key);
  const extensions = [
    endEntity(),
    keyUsage(KEY_USAGE.sign),
    serverAuth(),
    alternativeNames(names),
    subjectKey(publicKey),
    authorityKey(createPublicKey(signer)),
  ];
  const issuer = commonNameOf(new X509Certificate(ca.certificate));
  const certificate = signCertificate({ subject, issuer, publicKey, extensions, nowMs }, signer);
  return { key: keyText(privateKey), certificate };
}

/** Returns the common name of a certificate of `create`, whose subject has nothing else. */
function commonNameOf({ subject }: X509Certificate): string {
  return subject.replace(/^CN=/, '');
}

function isSignedBy(certificate: X509Certificate, ca: Pick<KeyPair, 'certificate'>): boolean {
  const { publicKey } = new X509Certificate(ca.certificate);
  return certificate.verify(publicKey);
}

/** Returns whether a certificate is for these names. Others may be in it: another command knew of more hosts. */
function hasNames(certificate: X509Certificate, names: readonly string[]): boolean {
  const has = (name: string) =>
    (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
  return names.every(has);
}
