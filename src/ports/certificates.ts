/** A private key and its certificate, PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** Certificates of servers of this machine. */
export interface Certificates {
  /** Returns a new key, and a certificate that it signs itself, for these host names and IP addresses. */
  create(of: { readonly names: readonly string[]; readonly nowMs: number }): KeyPair;
  /** Returns the sha256 of the certificate, lower-case hexadecimal; null if they are not a key and its certificate. */
  inspect(pair: KeyPair): { readonly fingerprint: string } | null;
}

/** The certificate authority (CA) of a project: its servers have certificates that only its own clients trust, for ten years. */
export interface Authority {
  /** Returns a new CA. @param project in the name of its certificate */
  create(project: string): KeyPair;
  /** Returns a new key and its certificate for a server, for these host names and IP addresses. */
  issue(ca: KeyPair, server: { readonly subject: string; readonly names: readonly string[] }): KeyPair;
  /** Returns whether this is the key of a CA and its certificate, valid for another year. */
  isAuthority(pair: KeyPair): boolean;
  /** Returns whether this is a key and its certificate for exactly these names by this CA, valid for another year. */
  isIssued(pair: KeyPair, of: { readonly by: KeyPair; readonly names: readonly string[] }): boolean;
}
