import * as tls from 'node:tls';

/** Node.js 22.15 and later; earlier versions trust their own list only. */
type Defaults = typeof tls & { getCACertificates?(type: 'default'): readonly string[] };

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Returns the certificates in a text (PEM). */
export function certificatesIn(text: string): readonly string[] {
  return text.match(BLOCK) ?? [];
}

/**
 * Returns the certificates that Node.js does not trust already. The bundle of an operating system has few of them, and to
 * parse all of it would take a third of a second.
 */
export function ownCertificates(blocks: readonly string[]): readonly string[] {
  if (blocks.length === 0) return [];
  const trusted = new Set(defaultCertificates().map(withoutSpace));
  return blocks.filter((block) => !trusted.has(withoutSpace(block)));
}

/** Returns a context that trusts these certificates (PEM) and those that Node.js trusts; null if it trusts all of them. */
export function trusting(certificates: string): tls.SecureContext | null {
  const own = ownCertificates(certificatesIn(certificates));
  return own.length === 0 ? null : tls.createSecureContext({ ca: [...defaultCertificates(), ...own] });
}

function defaultCertificates(): readonly string[] {
  const { getCACertificates }: Defaults = tls;
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

function withoutSpace(block: string): string {
  return block.replace(/\s/g, '');
}
