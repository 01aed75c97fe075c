import { isAbsolute, join } from 'node:path/posix';
import type { HUB_TOKEN_VARIABLES } from '../hub/token-variable.ts';

/** Where the token for the hub comes from; never the token. */
export type HubToken =
  | { readonly kind: 'none' }
  | { readonly kind: 'env'; readonly name: (typeof HUB_TOKEN_VARIABLES)[number] }
  | { readonly kind: 'file'; readonly path: string };

/**
 * Returns the token file of `hf auth login`: `$HF_HOME/token`, by default in `~/.cache/huggingface`
 * (huggingface_hub/constants.py). Null without a home directory.
 */
export function hfAuthFile(
  env: Readonly<Record<string, string | undefined>>,
  home: string | null,
): string | null {
  const cache = env['XDG_CACHE_HOME'] || (home === null ? null : join(home, '.cache'));
  const hfHome = env['HF_HOME'] || (cache === null ? null : join(cache, 'huggingface'));
  return hfHome === null || !isAbsolute(hfHome) ? null : join(hfHome, 'token');
}
