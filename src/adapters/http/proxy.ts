import { isThisMachine } from '../../core/host-address.ts';

/** The usual proxy variables; lower case takes precedence. */
export interface ProxyEnvironment {
  readonly HTTP_PROXY?: string | undefined;
  readonly http_proxy?: string | undefined;
  readonly HTTPS_PROXY?: string | undefined;
  readonly https_proxy?: string | undefined;
  readonly NO_PROXY?: string | undefined;
  readonly no_proxy?: string | undefined;
}

/**
 * Returns the proxy for a URL, or null for a direct connection. This machine is always reached directly. NO_PROXY lists
 * names (which include their subdomains), `host:port` or `*`, separated by commas or spaces.
 */
export function proxyFor(url: string, env: ProxyEnvironment): string | null {
  const { protocol, hostname, port } = new URL(url);
  const plain = env.http_proxy ?? env.HTTP_PROXY ?? '';
  const proxy = protocol === 'https:' ? (env.https_proxy ?? env.HTTPS_PROXY ?? plain) : plain;
  if (proxy === '' || isThisMachine(hostname)) return null;
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/);
  const direct = exceptions.some((entry) =>
    covers(entry, hostname, port === '' ? DEFAULT_PORTS[protocol] : port),
  );
  return direct ? null : withScheme(proxy);
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function covers(entry: string, hostname: string, port: string | undefined): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const [, name = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  return hostname === bare || hostname.endsWith(`.${bare}`);
}

function withScheme(proxy: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
