import { describe, expect, it } from 'vitest';
import { planUp } from '../../../src/app/plan-up.ts';
import { up } from '../../../src/app/up.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import { catalogOf, configOf, pinnedFile, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { sourceOf } from '../../helpers/host/source-of.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const HF = 'hf:org/small:small.gguf';
const MS = 'ms:Org/Copy:small.gguf';
const known = catalogOf({ chat: [profileServiceOf({ models: ['small'] })] });
const small = known.models.get('small');
if (small === undefined) throw new Error('no model');

/** Returns an invocation whose Hugging Face hub is down, and whose ModelScope has the model. */
function invoked(sources: readonly string[]) {
  const catalog = { ...known, models: new Map(known.models).set('small', { ...small!, sources }) };
  const { commit: _, ...model } = pinnedFile(MS, { repo: 'Org/Copy', revision: 'master' });
  return fakeInvocation(catalog, {
    sources: [
      sourceOf('hf', async () => {
        throw new RmaError('RMA_HUB_UNREACHABLE', 'the connection to hub.example failed');
      }),
      sourceOf('ms', async (ref) => ({ ...model, source: 'ms', ref: formatModelRef(ref) })),
    ],
  });
}

const request = upRequest({ config: configOf({ profiles: ['chat'] }) });

describe('up with a model of several sources', () => {
  it('uses the model of the source that answered, in the worker, in the store and in the next plan', async () => {
    const host = new FakeHost();
    const invocation = invoked(['lan', HF, MS]);
    const { desired } = await planUp(host, invocation, request);
    expect([...desired.models.keys()]).toEqual([MS]);
    expect(desired.models.get(MS)?.sources).toEqual(['lan', HF, MS]);
    expect(desired.stack.services.find(({ role }) => role === 'worker')?.models).toEqual([MS]);
    expect(desired.stack.text).toContain('/models/modelscope/Org/Copy/small.gguf');
    expect(invocation.events.filter(({ type }) => type === 'warning')).toMatchObject([
      { code: 'RMA_HUB_UNREACHABLE', text: `${HF}: the connection to hub.example failed; trying ${MS}` },
    ]);
    await up(host, invocation, request);
    const again = invoked(['lan', HF, MS]);
    expect(await up(host, again, request)).toMatchObject({ changed: false });
    expect(again.events.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it('resolves it again once its source is no longer in the list', async () => {
    const host = new FakeHost();
    await up(host, invoked([HF, MS]), request);
    await expect(planUp(host, invoked([HF]), request)).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  });
});
