import { malformed } from './malformed.ts';

/** How the files of a repository are laid out in the store: as its own tools do, or as a plain directory. */
export type RepositoryLayout = 'native' | 'plain';

const OPTION = /^(.*)#(layout=.*)$/s;

/**
 * Cuts the option `#layout=plain` off a reference. Other text after `#` belongs to a pattern.
 * @throws RmaError RMA_MODEL_REF_INVALID (2) for another layout
 */
export function cutLayout(
  text: string,
  grammar: string,
): { readonly body: string; readonly layout: RepositoryLayout } {
  const [, body, option] = OPTION.exec(text) ?? [];
  if (body === undefined) return { body: text, layout: 'native' };
  if (option === 'layout=plain') return { body, layout: 'plain' };
  throw malformed(text, `unknown option "#${option}"; supported: #layout=plain`, grammar);
}
