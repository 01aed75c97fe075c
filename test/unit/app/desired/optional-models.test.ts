import { describe, expect, it } from 'vitest';
import { RmaError } from '../../../../src/core/errors.ts';
import { hubRefusal } from '../../../../src/core/hub/hub-refusal.ts';
import { gpuOf, inventoryOf, placeOn } from '../../../helpers/builders/place-box.ts';

const absent = ['ollama:llava-next:34b-v1.5-q4_K_M'];
const inventory = inventoryOf(gpuOf(0, 49_140));
const refusal = (status: number, errorCode: string | undefined) =>
  hubRefusal({ status, errorCode, subject: 'org/chat', revision: 'v9', page: null, tokenSent: false });

describe('the plan of a profile with an optional model', () => {
  it.each([
    ['that does not exist', refusal(404, undefined)],
    ['whose revision does not exist', refusal(404, 'RevisionNotFound')],
    ['whose file does not exist', new RmaError('RMA_HUB_NO_MATCH', 'no file matches')],
    ['whose repository does not exist, to an anonymous user', refusal(401, 'RepoNotFound')],
  ])('[case S10] skips one %s, with a warning', async (_, absence) => {
    const { checks } = await placeOn({ inventory, profiles: ['ocr'], absent, absence });
    expect(checks).toMatchObject([{ level: 'warning', code: 'RMA_PLAN_MODEL_MISSING' }]);
  });

  it.each([
    ['that is gated', refusal(403, 'GatedRepo')],
    ['with a rejected token', refusal(401, undefined)],
    ['whose hub is unavailable', refusal(500, undefined)],
  ])('[case S10] fails for one %s', async (_, absence) => {
    await expect(placeOn({ inventory, profiles: ['ocr'], absent, absence })).rejects.toBe(absence);
  });
});
