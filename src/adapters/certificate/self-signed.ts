import type { Certificates } from '../../ports/certificates.ts';
import { alternativeNames, certificateAuthority, KEY_USAGE, keyUsage, serverAuth } from './extensions.ts';
import { keyText, newKey, parsePair, signCertificate } from './sign-certificate.ts';

const NAME = 'rma models serve';

/** Certificates by Node.js alone: it has no function that creates one, but keys, signatures and a parser. */
export const certificates: Certificates = {
  create({ names, nowMs }) {
    const { privateKey, publicKey } = newKey();
    const extensions = [
      // a CA of its own, so that a client can trust it as a file of CA certificates
      certificateAuthority(),
      keyUsage(KEY_USAGE.signAll),
      serverAuth(),
      alternativeNames(names),
    ];
    const content = { subject: NAME, issuer: NAME, publicKey, extensions, nowMs };
    return { key: keyText(privateKey), certificate: signCertificate(content, privateKey) };
  },
  inspect(pair) {
    const parsed = parsePair(pair);
    return parsed && { fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase() };
  },
};
