import { EXIT, RmaError } from '../../core/errors.ts';
import { isLinkLocal, isLoopback } from './hosts.ts';

/** Redirects that are followed before a hub is taken to go round in circles. */
export const MAX_REDIRECTS = 5;

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * Where a redirect leads. Refused: from https to http, plain http to another host than this machine or the one that was
 * written out, and from outside into this machine or a link-local address.
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

/** Whether `Authorization` may travel to this URL: over https, or within this machine. */
export function mayCarryToken(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname);
}

export function tooManyRedirects(url: string): RmaError {
  return new RmaError(
    'RMA_HUB_UNREACHABLE',
    `${new URL(url).host} redirects more than ${MAX_REDIRECTS} times in a row`,
    { hint: 'check the hub endpoint (HF_ENDPOINT) and the proxy settings' },
  );
}

function redirectFault(source: URL, target: URL): string | null {
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return `${target.protocol} is not http`;
  if (target.protocol === 'http:' && source.protocol === 'https:') return 'it leaves https';
  if (target.protocol === 'http:' && !isLoopback(target.hostname) && target.hostname !== source.hostname) {
    return 'plain http to a host that nobody wrote out';
  }
  if (isLinkLocal(target.hostname)) return 'it is a link-local address';
  if (isLoopback(target.hostname) && !isLoopback(source.hostname)) return 'it leads into this machine';
  return null;
}

function unsafe(source: URL, target: string, fault: string): RmaError {
  return new RmaError('RMA_HUB_UNSAFE_REDIRECT', `${source.host} redirects to ${target}: ${fault}`, {
    exitCode: EXIT.badContent,
    hint: 'nothing was fetched; check the hub endpoint, or use its https address',
  });
}
