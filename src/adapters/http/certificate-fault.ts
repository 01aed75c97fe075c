import { RmaError } from '../../core/errors.ts';

const CA_HINT =
  'if your network has its own CA, pass its certificate: --ca-file FILE, network.ca_file in rma.yaml, or RMA_CA_FILE';
const DATE_HINT = 'check the clock of this machine, and the certificate of the server';
const NAME_HINT = 'check the hub endpoint: the certificate belongs to another host';

/** Codes of OpenSSL and Node.js for certificates that are not accepted, with what fixes them. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', CA_HINT],
  ['UNABLE_TO_GET_ISSUER_CERT', CA_HINT],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', CA_HINT],
  ['SELF_SIGNED_CERT_IN_CHAIN', CA_HINT],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', CA_HINT],
  ['CERT_UNTRUSTED', CA_HINT],
  ['CERT_REJECTED', CA_HINT],
  ['CERT_SIGNATURE_FAILURE', CA_HINT],
  ['INVALID_CA', CA_HINT],
  ['INVALID_PURPOSE', CA_HINT],
  ['PATH_LENGTH_EXCEEDED', CA_HINT],
  ['CERT_CHAIN_TOO_LONG', CA_HINT],
  ['CERT_REVOKED', NAME_HINT],
  ['HOSTNAME_MISMATCH', NAME_HINT],
  ['ERR_TLS_CERT_ALTNAME_INVALID', NAME_HINT],
  ['CERT_HAS_EXPIRED', DATE_HINT],
  ['CERT_NOT_YET_VALID', DATE_HINT],
]);

/** Returns the error for a certificate that is not trusted; null for the code of another error. `host` presented it. */
export function certificateFault(code: string | null, host: string): RmaError | null {
  const hint = code === null ? undefined : HINTS.get(code);
  if (hint === undefined) return null;
  return new RmaError('RMA_HUB_UNTRUSTED_CERTIFICATE', `the certificate of ${host} is not trusted: ${code}`, {
    hint,
    details: { host, reason: code },
  });
}
