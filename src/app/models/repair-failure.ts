import type { ErrorDocument } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';

/** Returns why a repair of a model failed, with the fix. */
export function repairFailure(reference: string, fault: ErrorDocument): ErrorDocument {
  return { ...fault, hint: fixOf(reference, fault) };
}

function fixOf(reference: string, { code, hint }: ErrorDocument): string {
  // a download may resolve the reference again; a repair needs this version
  if (code === 'RMA_HUB_NOT_FOUND')
    return shell`the source no longer has this version, or requires a token (--token-file); to remove the model: rma models rm ${reference}`;
  return hint ?? 'run the command again; it continues where this one stopped';
}
