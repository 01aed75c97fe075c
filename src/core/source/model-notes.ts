import type { PinnedModel } from '../domain/pinned-model.ts';
import { shell } from '../shell-quote.ts';
import { formatBytes } from '../units.ts';
import { formatModelRef, parseModelRef } from './parse-ref.ts';
import type { PinnedRepository } from './repository.ts';

/** What a user may not expect of the files that a reference selects. */
export interface ModelNote {
  readonly text: string;
  readonly hint: string;
}

/** Returns a note if copies of the weights are not downloaded; null if there are none. */
export function copiesNote(model: PinnedModel): ModelNote | null {
  const { copies } = model as Partial<PinnedRepository>;
  if (copies === undefined) return null;
  const { files, bytes, names } = copies;
  const listed = `${names.join(', ')}${files > names.length ? ', …' : ''}`;
  const count = files === 1 ? '1 copy' : `${files} copies`;
  return {
    text: `${model.ref}: ${count} of its weights (${formatBytes(bytes)}) not downloaded: ${listed}`,
    hint: shell`to download everything: ${withPattern(model, '*')}`,
  };
}

/** Returns a note if a vision model is selected without its projector; null if nothing is missing. */
export function projectorNote(model: PinnedModel): ModelNote | null {
  const { projectors } = model as Partial<PinnedRepository>;
  const [first] = projectors ?? [];
  if (projectors === undefined || first === undefined) return null;
  return {
    text: `${model.ref} does not include the projector that reads images: ${projectors.join(', ')}`,
    hint: shell`to read images, download it as well: rma models pull ${withPattern(model, first)}`,
  };
}

function withPattern({ ref }: PinnedModel, pattern: string): string {
  return formatModelRef({ ...parseModelRef(ref), pattern });
}
