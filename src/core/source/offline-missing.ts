import { RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';

/** A model that a store cannot provide without its source. */
export interface MissingModel {
  readonly ref: string;
  /** the files that the store lacks; null: it does not know the model */
  readonly files: readonly string[] | null;
}

const SHOWN = 5;

/** Returns the error for models that a command needs offline and the store lacks; it names all of them. */
export function offlineMissing(models: readonly MissingModel[]): RmaError {
  const list = models.map(lackOf).join('; ');
  const refs = models.map(({ ref }) => ref);
  return new RmaError('RMA_OFFLINE_MISSING', `offline, and the store lacks ${list}`, {
    hint: `connect to the internet and run ${pullCommand(refs)}, or run without --offline, RMA_OFFLINE and HF_HUB_OFFLINE`,
    details: { models },
  });
}

function pullCommand(refs: readonly string[]): string {
  return ['rma models pull', ...refs.map((ref) => shell`${ref}`)].join(' ');
}

function lackOf({ ref, files }: MissingModel): string {
  if (files === null) return ref;
  const more = files.length > SHOWN ? `, and ${files.length - SHOWN} more` : '';
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return `${count} of ${ref} (${files.slice(0, SHOWN).join(', ')}${more})`;
}
