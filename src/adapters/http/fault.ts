import { RmaError } from '../../core/errors.ts';
import { type ProxyServer, proxyAddress } from '../../core/network/proxy.ts';
import { shell } from '../../core/shell-quote.ts';
import { certificateFault } from './certificate-fault.ts';
import type { StallGuard } from './stall-guard.ts';

/** The connection that failed. */
export interface FailedConnection {
  readonly url: string;
  /** of the request */
  readonly guard?: StallGuard;
  /** the caller's own signal */
  readonly caller?: AbortSignal | undefined;
  /** the proxy at `url` */
  readonly proxy?: ProxyServer;
}

/** Code of Node.js for a first record that is not TLS: the server speaks plain HTTP. */
const NOT_TLS = 'ERR_SSL_WRONG_VERSION_NUMBER';

/** Returns a network error as RmaError; an abort by the caller keeps its own reason. */
export function networkFault(error: unknown, { url, guard, caller, proxy }: FailedConnection): unknown {
  if (error instanceof RmaError) return error;
  if (caller?.aborted === true) return caller.reason;
  if (guard?.signal.aborted === true && !guard.stalled) return guard.signal.reason;
  const { host, origin } = new URL(url);
  const distrusted = certificateFault(errorCode(error), proxy === undefined ? host : proxyAddress(proxy));
  if (distrusted !== null) return distrusted;
  if (errorCode(error) === NOT_TLS) return noTls(url, proxy);
  const what =
    proxy === undefined
      ? `the connection to ${host}`
      : `the connection to the proxy ${proxyAddress(proxy)} (${proxy.variable})`;
  const hint =
    proxy === undefined
      ? shell`check the network, the proxy settings and the hub endpoint; try: curl -I ${origin}`
      : `check ${proxy.variable}, or add the host of the hub to NO_PROXY if it is reachable directly`;
  return new RmaError('RMA_HUB_UNREACHABLE', `${what} failed: ${guard?.reason ?? faultText(error)}`, {
    hint,
    details: { host },
    cause: error,
  });
}

function noTls(url: string, proxy: ProxyServer | undefined): RmaError {
  const { host } = new URL(url);
  const who = proxy === undefined ? host : `the proxy ${proxyAddress(proxy)} (${proxy.variable})`;
  return new RmaError('RMA_HUB_UNREACHABLE', `${who} does not speak TLS`, {
    hint: proxy === undefined ? `use http://${host}` : `set ${proxy.variable} to an http:// address`,
    details: { host },
  });
}

function faultText(error: unknown): string {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === null || message.includes(code) ? message : `${code} ${message}`.trim();
}

/** Returns the code of an error, or of its cause. */
function errorCode(error: unknown): string | null {
  return ownCode(error) ?? ownCode(error instanceof Error ? error.cause : undefined);
}

function ownCode(error: unknown): string | null {
  if (error instanceof AggregateError) return ownCode(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
