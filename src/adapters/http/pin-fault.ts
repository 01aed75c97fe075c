import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { EXIT, RmaError } from '../../core/errors.ts';
import { formatFingerprint } from '../../core/network/peer-address.ts';
import type { ConnectorTarget } from './undici.ts';

/** Returns the error for a connection whose certificate does not have this sha256; null if it has. */
export function pinFault(
  socket: Socket,
  { hostname, port }: ConnectorTarget,
  fingerprint: string,
): RmaError | null {
  const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
  const seen = certificate === undefined ? null : createHash('sha256').update(certificate).digest('hex');
  if (seen === fingerprint) return null;
  const what = seen === null ? 'no certificate' : `the certificate ${formatFingerprint(seen)}`;
  return new RmaError(
    'RMA_PEER_FINGERPRINT',
    `${hostname}:${port ?? ''} presented ${what}, not the expected one`,
    {
      exitCode: EXIT.badContent,
      hint: 'nothing was sent; compare with the fingerprint that `rma models serve` prints there',
      details: { host: hostname, expected: formatFingerprint(fingerprint) },
    },
  );
}
