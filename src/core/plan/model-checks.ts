import type { PinnedModel } from '../domain/pinned-model.ts';
import { EXIT } from '../errors.ts';
import { projectorNote } from '../source/model-notes.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns a warning for each vision model whose reference lacks the projector. */
export function modelChecks(models: readonly PinnedModel[]): readonly PlanCheck[] {
  return models.flatMap((model): PlanCheck[] => {
    const note = projectorNote(model);
    if (note === null) return [];
    const { text: message, hint } = note;
    return [
      {
        level: 'warning',
        code: 'RMA_MODEL_NO_PROJECTOR',
        message,
        hint,
        exitCode: EXIT.ok,
        details: { model: model.ref },
      },
    ];
  });
}
