import { text } from './answer.ts';
import { fileAnswer } from './file-answer.ts';
import type { Protocol } from './protocol.ts';

/** Serves files of other web servers, whose mirror the hub is. */
export const assetFiles: Protocol = (exchange, { assets, faults }) => {
  const file = assets.get(exchange.segments.join('/'));
  return file === undefined
    ? undefined
    : fileAnswer(exchange, faults, { content: file.content, etag: file.oid });
};

/** Serves plain files under `/files/`, like any web server. */
export const directFiles: Protocol = (exchange, { files, faults }) => {
  const [root, ...rest] = exchange.segments;
  if (root !== 'files') return undefined;
  const file = files.get(rest.join('/'));
  if (file === undefined) return { ...text(404, 'Not Found'), aboutFile: true };
  return fileAnswer(exchange, faults, { content: file.content, etag: file.oid });
};
