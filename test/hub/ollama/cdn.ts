import { text } from '../answer.ts';
import { fileAnswer } from '../file-answer.ts';
import type { Protocol } from '../protocol.ts';
import { findBlob, isConfig } from './registry.ts';

/** Serves blobs by signed URL only, at `/ollama/{namespace}/{name}/blobs/sha256:{hex}`. */
export const ollamaCdn: Protocol = (exchange, hub) => {
  const [root, namespace, name, , digest = ''] = exchange.segments;
  if (root !== 'ollama') return undefined;
  const repository = `${namespace}/${name}`;
  const content = findBlob(hub, repository, digest);
  const uses = hub.signer.use(exchange.path, exchange.query);
  const isUsedUp =
    uses !== undefined && hub.faults.strike('expired-url', exchange, (fault) => uses > fault.uses);
  if (content === undefined || uses === undefined || isUsedUp) {
    return { ...text(403, 'Request has expired'), aboutFile: true };
  }
  const answer = fileAnswer(exchange, hub.faults, { content, etag: `cdn-${digest.slice(7, 39)}` });
  return { ...answer, aboutFile: !isConfig(hub, repository, digest) };
};
