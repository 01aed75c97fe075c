import { isAbsolute, join } from 'node:path/posix';

/** Where the token for the hub comes from; never the token. */
export type HubToken =
  | { readonly kind: 'none' }
  | { readonly kind: 'env'; readonly name: 'HF_TOKEN' }
  | { readonly kind: 'file'; readonly path: string };

/**
 * The file where `hf auth login` keeps its token: `$HF_HOME/token`, by default in `~/.cache/huggingface`
 * (huggingface_hub/constants.py). Null when there is no home.
 */
export function hfAuthFile(
  env: Readonly<Record<string, string | undefined>>,
  home: string | null,
): string | null {
  const cache = env['XDG_CACHE_HOME'] || (home === null ? null : join(home, '.cache'));
  const hfHome = env['HF_HOME'] || (cache === null ? null : join(cache, 'huggingface'));
  return hfHome === null || !isAbsolute(hfHome) ? null : join(hfHome, 'token');
}
