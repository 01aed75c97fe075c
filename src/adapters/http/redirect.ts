import { EXIT, RmaError } from '../../core/errors.ts';
import { isThisMachine } from '../../core/host-address.ts';
import { hostKind } from './address-kind.ts';

/** Longest chain of redirects that is followed. */
export const MAX_REDIRECTS = 5;

/** Returns whether an HTTP status is a redirect. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * Returns the URL that a redirect points to. Refused: from https to http, plain http to a host other than this machine or
 * the one in the original URL, and from outside to this machine or a link-local address. What names resolve to is checked
 * when the connection is made.
 * @throws RmaError RMA_HUB_UNSAFE_REDIRECT, exit 6
 */
export function redirectTarget(from: string, location: string): string {
  const source = new URL(from);
  if (!URL.canParse(location, from)) throw unsafe(source, location, 'it is not a URL');
  const target = new URL(location, from);
  target.username = '';
  target.password = '';
  const fault = redirectFault(source, target);
  if (fault !== null) throw unsafe(source, target.origin, fault);
  return target.href;
}

/** Returns whether `Authorization` may be sent to this URL: over https, or within this machine. */
export function mayCarryToken(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isThisMachine(hostname);
}

/** Returns the error for a chain of redirects that is too long. */
export function tooManyRedirects(url: string): RmaError {
  return new RmaError('RMA_HUB_UNREACHABLE', `${new URL(url).host} exceeded ${MAX_REDIRECTS} redirects`, {
    hint: 'check the hub endpoint (HF_ENDPOINT) and the proxy settings',
  });
}

function redirectFault(source: URL, target: URL): string | null {
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return `${target.protocol} is not http`;
  if (target.protocol === 'http:' && source.protocol === 'https:') return 'https must not redirect to http';
  if (target.protocol === 'http:' && !isThisMachine(target.hostname) && target.hostname !== source.hostname) {
    return 'plain http to another host is not allowed';
  }
  const kind = hostKind(target.hostname);
  if (kind === 'link-local' || kind === 'metadata' || kind === 'reserved')
    return `${kind} addresses are not allowed`;
  if (isThisMachine(target.hostname) && !isThisMachine(source.hostname))
    return 'addresses of this machine are not allowed';
  return null;
}

function unsafe(source: URL, target: string, fault: string): RmaError {
  return new RmaError('RMA_HUB_UNSAFE_REDIRECT', `${source.host} redirects to ${target}: ${fault}`, {
    exitCode: EXIT.badContent,
    hint: 'nothing was downloaded; check the hub endpoint, or use its https address',
  });
}
