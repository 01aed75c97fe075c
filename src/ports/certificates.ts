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
