import type { Reporter } from '../../ports/reporter.ts';

/** Warns of directories of a store that this user may not read, so that their models are not listed. */
export function warnDenied(
  { reporter }: { readonly reporter: Pick<Reporter, 'emit'> },
  denied: readonly string[],
): void {
  for (const path of denied) {
    reporter.emit({
      type: 'warning',
      code: 'RMA_STORE_DIRECTORY_DENIED',
      text: `${path} in the store cannot be read: permission denied; its models are not listed`,
      hint: 'run rma as the owner of the store, or let this user read the directory',
    });
  }
}
