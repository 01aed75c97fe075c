import { badAnswer } from './bad-answer.ts';

/** Where a page of a listing came from. */
export interface PageOrigin {
  /** URL of the page */
  readonly url: string;
  /** the configured endpoint, without a trailing slash */
  readonly endpoint: string;
  /** the repository, for the message */
  readonly subject: string;
}

/**
 * Returns the URL of the next page of a listing, from the response header `Link` (RFC 8288); null on the last page. Only
 * path and query of the link count: a mirror often passes on the host or the scheme of the hub behind it, and a listing
 * must not lead to another host.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function nextPageUrl(link: string | undefined, { url, endpoint, subject }: PageOrigin): string | null {
  const target = nextLink(link ?? '');
  if (target === null) return null;
  const next = URL.canParse(target, url) ? new URL(target, url) : null;
  if (next === null || !/^https?:$/.test(next.protocol)) {
    throw badAnswer(subject, 'the link to the next page is not an http or https URL');
  }
  const { pathname, search } = next;
  const { origin, pathname: base } = new URL(endpoint);
  const prefix = base.replace(/\/+$/, '');
  const path = pathname === prefix || pathname.startsWith(`${prefix}/`) ? pathname : prefix + pathname;
  return origin + path + search;
}

const LINK = /<([^<>]*)>((?:"[^"]*"|[^",<])*)/g;
const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"([^"]*)"|([^\s";]+))/g;

/** Returns the target of the first link whose relation is `next`; null if there is none. */
function nextLink(header: string): string | null {
  for (const [, target = '', parameters = ''] of header.matchAll(LINK)) {
    for (const [, name = '', quoted, plain = ''] of parameters.matchAll(PARAMETER)) {
      const relations = (quoted ?? plain).toLowerCase().split(/\s+/);
      if (name.toLowerCase() === 'rel' && relations.includes('next')) return target.trim();
    }
  }
  return null;
}
