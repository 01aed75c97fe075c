import { EXIT, RmaError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy that a variable names. */
export interface ProxyServer {
  readonly variable: string;
  /** `socks5` lets the proxy resolve host names, as `socks5h` does elsewhere */
  readonly protocol: 'http' | 'https' | 'socks5';
  /** as in a URL: IPv6 in brackets */
  readonly hostname: string;
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** The variables for each protocol of a URL, by precedence: as curl reads them, and HTTP_PROXY for https too. */
const PLAIN = ['http_proxy', 'HTTP_PROXY'];
const ALL = ['all_proxy', 'ALL_PROXY'];
const SECURE = ['https_proxy', 'HTTPS_PROXY'];

/** Names of all variables with a proxy. */
export const PROXY_VARIABLES: readonly string[] = [...PLAIN, ...SECURE, ...ALL];

const DEFAULT_PORTS: Readonly<Record<ProxyServer['protocol'], number>> = {
  http: 80,
  https: 443,
  socks5: 1080,
};

/** Desktops write `socks://` for a SOCKS proxy of any version. */
const PROTOCOLS: ReadonlyMap<string, ProxyServer['protocol']> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['socks', 'socks5'],
  ['socks5', 'socks5'],
  ['socks5h', 'socks5'],
]);

/**
 * Returns the proxy of the environment for URLs with this protocol; null without one. An empty variable counts as unset.
 * @param protocol as `URL` returns it: `http:` or `https:`
 * @throws RmaError RMA_PROXY_INVALID (2)
 */
export function environmentProxy(protocol: string, environment: Environment): ProxyServer | null {
  const names = protocol === 'https:' ? [...SECURE, ...ALL, ...PLAIN] : [...PLAIN, ...ALL];
  const variable = names.find((name) => (environment[name] ?? '').trim() !== '');
  return variable === undefined ? null : parseProxy(variable, environment[variable] ?? '');
}

/**
 * Parses the value of a proxy variable: `[SCHEME://][USER:PASSWORD@]HOST[:PORT]`, with http as the default scheme. No
 * message contains the value.
 * @throws RmaError RMA_PROXY_INVALID (2)
 */
export function parseProxy(variable: string, value: string): ProxyServer {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(value.trim()) ?? [];
  const protocol = PROTOCOLS.get(scheme.toLowerCase());
  if (protocol === undefined) throw unsupported(variable, scheme);
  // A scheme with the rules of http whose default port no proxy uses: `URL` drops default ports.
  const text = `ftp://${rest}`;
  // An @ after / ? or # is that of a login with one of these characters: what is before it is no host.
  if (/[\s\\"']|[/?#].*@/.test(rest) || !URL.canParse(text)) throw malformed(variable);
  const { hostname, port, username, password } = new URL(text);
  const login =
    username === '' && password === '' ? null : { user: decoded(username), password: decoded(password) };
  return {
    variable,
    protocol,
    hostname,
    port: port === '' ? DEFAULT_PORTS[protocol] : Number(port),
    login,
  };
}

/** Returns the URL of a proxy without its login. */
export function proxyAddress({ protocol, hostname, port }: Omit<ProxyServer, 'login' | 'variable'>): string {
  return `${protocol}://${hostname}:${port}`;
}

/** Decodes percent-encoded characters; a percent sign that encodes none is kept, as curl does. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}

function unsupported(variable: string, scheme: string): RmaError {
  return new RmaError('RMA_PROXY_INVALID', `${variable} has the unsupported scheme "${scheme}"`, {
    exitCode: EXIT.usage,
    hint: `set ${variable} to an http://, https:// or socks5:// proxy, or unset it`,
  });
}

function malformed(variable: string): RmaError {
  return new RmaError('RMA_PROXY_INVALID', `${variable} is not the URL of a proxy`, {
    exitCode: EXIT.usage,
    hint: `set ${variable} to http://HOST:PORT, without quotes; a login is written as USER:PASSWORD@ before the host, with special characters percent-encoded: %40 for @, %23 for #, %2F for /, %5C for \\`,
  });
}
