import { redirect, text } from './answer.ts';
import type { Protocol } from './protocol.ts';

const PAGE =
  '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to go on.</body></html>';

/** Faults that replace the whole response. They do not count as file requests. */
export const responseFaults: Protocol = (exchange, { faults }) => {
  const refused = faults.strike('status', exchange);
  if (refused !== undefined) {
    const { status, retryAfter, errorCode } = refused;
    return text(status, `fault ${status}`, {
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
      ...(errorCode !== undefined && { 'x-error-code': errorCode }),
    });
  }
  if (faults.strike('html', exchange)) return text(200, PAGE, { 'content-type': 'text/html; charset=utf-8' });
  const elsewhere = faults.strike('redirect', exchange);
  if (elsewhere !== undefined) return redirect(302, elsewhere.to);
  return faults.strike('redirect-loop', exchange) && redirect(302, exchange.request.url ?? '/');
};
