import type { PinnedModel } from '../domain/pinned-model.ts';
import type { Engine } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { ggufModels } from '../reference/gguf-models.ts';
import { isGgufPiece } from '../reference/split-files.ts';
import { shell } from '../shell-quote.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';

/** A service of a profile, and the models that it serves. */
export interface EngineUse {
  readonly profile: string;
  readonly engine: Pick<Engine, 'name' | 'loads'>;
  readonly models: readonly PinnedModel[];
}

const SHOWN = 6;

/**
 * Checks that an engine that loads one GGUF model gets exactly one: the parts of a split model are one, and the projector
 * of a vision model is none.
 * @throws RmaError RMA_MODEL_AMBIGUOUS, RMA_MODEL_UNSERVABLE (2)
 */
export function checkGguf({ profile, engine, models }: EngineUse): void {
  if (engine.loads !== 'gguf') return;
  for (const model of models) {
    const found = ggufModels(model.files.map(({ path }) => path));
    const user = `profile ${profile}: engine ${JSON.stringify(engine.name)}`;
    if (found.length === 0 && hasOtherWeights(model)) throw noGguf(user, model);
    if (found.length > 1) throw several(user, model, found);
  }
}

function several(user: string, { ref }: PinnedModel, found: readonly string[]): RmaError {
  const shown = found.slice(0, SHOWN).join(', ');
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  const choice = formatModelRef({ ...parseModelRef(ref), pattern: found[0] });
  return new RmaError(
    'RMA_MODEL_AMBIGUOUS',
    `${user} loads one GGUF model, but ${ref} selects ${found.length}: ${shown}${more}`,
    {
      exitCode: EXIT.usage,
      hint: shell`name one of them, such as ${choice}`,
      details: { ref, models: found },
    },
  );
}

function hasOtherWeights({ files }: PinnedModel): boolean {
  return files.some(({ path }) => /\.(safetensors|bin|pt|pth|onnx)$/i.test(path) || isGgufPiece(path));
}

function noGguf(user: string, { ref }: PinnedModel): RmaError {
  return new RmaError('RMA_MODEL_UNSERVABLE', `${user} loads GGUF models, but ${ref} contains none`, {
    exitCode: EXIT.usage,
    hint: 'use a reference to a GGUF file, or another engine',
    details: { ref },
  });
}
