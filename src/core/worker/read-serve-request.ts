import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text, wholeNumber } from '../schema/rules.ts';

/** Input of `rma-worker serve` on stdin: it has secrets, which no variable and no argument may have. */
export interface ServeRequest {
  /** in the container */
  readonly port: number;
  readonly token: string;
  /** PEM; null: plain HTTP */
  readonly tls: { readonly key: string; readonly certificate: string } | null;
}

/** A line that `rma-worker serve` prints: what it serves, once it accepts connections, then one for each request. */
export type ServeLine =
  | { readonly type: 'ready'; readonly references: readonly string[]; readonly bytes: number }
  | { readonly type: 'request'; readonly text: string };

const serveRequest: Schema<ServeRequest> = z.object({
  port: wholeNumber(1, 65_535),
  token: text(),
  tls: z.nullable(z.object({ key: text(), certificate: text() })),
});

const serveLine: Schema<ServeLine> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), references: z.array(z.string()), bytes: wholeNumber(0) }),
  z.object({ type: z.literal('request'), text: z.string() }),
]);

/** Parses the JSON text on stdin. @throws RmaError RMA_WORKER_REQUEST exit 2; no message has a value of it */
export function readServeRequest(json: string): ServeRequest {
  const parsed = parseJson(serveRequest, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', 'invalid request on stdin', {
    exitCode: EXIT.usage,
    hint: 'send {"port": 7701, "token": "…", "tls": null}',
  });
}

/** Parses a line of `rma-worker serve`; null for any other text. */
export function readServeLine(line: string): ServeLine | null {
  const parsed = parseJson(serveLine, line);
  return parsed.ok ? parsed.value : null;
}
