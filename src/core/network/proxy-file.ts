import { fromContainer } from '../host-address.ts';
import { PROXY_VARIABLES, parseProxy, proxyAddress } from './proxy.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the lines `NAME=URL` of the proxies with a login, as a container reaches them; null without one. They go into a
 * secret, because `docker inspect` shows variables.
 * @throws RmaError RMA_PROXY_INVALID (2)
 */
export function formatProxyFile(environment: Environment): string | null {
  const lines = PROXY_VARIABLES.flatMap((name) => {
    const { login, ...proxy } = parseWithLogin(name, environment[name] ?? '');
    if (login === null) return [];
    const credentials = [login.user, login.password].map(encodeURIComponent).join(':');
    return [`${name}=${fromContainer(proxyAddress(proxy).replace('://', `://${credentials}@`)).url}`];
  });
  return lines.length === 0 ? null : `${lines.join('\n')}\n`;
}

/** Returns the variables of a text that `formatProxyFile` returned. */
export function parseProxyFile(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => /^(\w+)=(.+)$/.exec(line));
  return Object.fromEntries(lines.flatMap((line) => (line === null ? [] : [[line[1] ?? '', line[2] ?? '']])));
}

/**
 * Returns the proxy variables of an environment without logins.
 * @throws RmaError RMA_PROXY_INVALID (2)
 */
export function proxiesWithoutLogin(environment: Environment): Readonly<Record<string, string>> {
  const named = PROXY_VARIABLES.flatMap((name) => {
    const value = (environment[name] ?? '').trim();
    if (value === '') return [];
    const { login, ...proxy } = parseWithLogin(name, value);
    return [[name, login === null ? value : proxyAddress(proxy)]];
  });
  return Object.fromEntries(named);
}

/** Parses only values that may contain a login: another one is passed on as it is, and parsed when it is used. */
function parseWithLogin(variable: string, value: string): ReturnType<typeof parseProxy> {
  if (value.includes('@')) return parseProxy(variable, value);
  return { variable, protocol: 'http', hostname: '', port: 0, login: null };
}
