import * as tls from 'node:tls';

/** Node.js 22.15 and later; earlier versions trust their own list only. */
type Defaults = typeof tls & { getCACertificates?(type: 'default'): readonly string[] };

/** Returns a context that trusts these certificates (PEM) as well as those that Node.js trusts. */
export function trusting(certificates: string): tls.SecureContext {
  const { getCACertificates }: Defaults = tls;
  const defaults = getCACertificates?.('default') ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...defaults, certificates] });
}
