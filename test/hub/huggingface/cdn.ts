import { text } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { fileAnswer } from '../file-answer.ts';
import type { HubState, Protocol } from '../protocol.ts';
import type { Located } from './published-file.ts';

const EXPIRED = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

/**
 * Serves LFS files by signed URL only. Differs from the hub like the real CDN: it does not use tokens,
 * and its etag is not the file's sha256.
 */
export const huggingFaceCdn: Protocol = (exchange, hub) => {
  const [root, org, name, sha256, commit = '', ...path] = exchange.segments;
  if (root !== 'repos') return undefined;
  const file = hub.repos.get(`${org}/${name}`)?.commits.get(commit)?.files.get(path.join('/'));
  const uses = hub.signer.use(exchange.path, exchange.query);
  const isUsedUp =
    uses !== undefined && hub.faults.strike('expired-url', exchange, (fault) => uses > fault.uses);
  if (file === undefined || file.sha256 !== sha256 || uses === undefined || isUsedUp) {
    return { ...text(403, EXPIRED, { 'content-type': 'application/xml' }), aboutFile: true };
  }
  return fileAnswer(exchange, hub.faults, { content: file.content, etag: `cdn-${sha256.slice(0, 32)}` });
};

/** Returns a signed CDN URL of the file. Its path is one segment, so that clients cannot resolve a `..` in it. */
export function cdnUrl(exchange: Exchange, hub: HubState, { repo, commit, file }: Located): string {
  const folder = `/repos/${repo.name}/${file.sha256}/${commit.sha}`;
  const query = hub.signer.sign(`${folder}/${file.path}`);
  return `${hub.cdnOrigin(exchange)}${folder}/${encodeURIComponent(file.path)}?${query}`;
}
