import { describe, expect, it } from 'vitest';
import { placeServices } from '../../../../src/app/desired/place-services.ts';
import { readRequest } from '../../../../src/app/desired/read-request.ts';
import { resolveEach } from '../../../../src/app/desired/resolve-models.ts';
import { observe } from '../../../../src/app/observe/observe.ts';
import type { ModelGeometry } from '../../../../src/core/domain/geometry.ts';
import type { PinnedModel } from '../../../../src/core/domain/pinned-model.ts';
import type { StoredModel } from '../../../../src/core/domain/stored-model.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { formatModelRef } from '../../../../src/core/source/parse-ref.ts';
import { formatResolved, parseResolved } from '../../../../src/core/source/resolved-file.ts';
import type { Fallback } from '../../../../src/ports/stored-models.ts';
import {
  catalogOf,
  configOf,
  pinnedFile,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { sourceOf } from '../../../helpers/host/source-of.ts';

const services = [profileServiceOf({ models: ['small'] }), profileServiceOf({ models: ['big'] })];
const catalog = catalogOf({ chat: services });
const SMALL = 'hf:org/small:small.gguf';
const BIG = 'hf:org/big:big.gguf';

interface Store {
  readonly models?: ReadonlyMap<string, StoredModel>;
  readonly geometry?: ReadonlyMap<string, ModelGeometry | null>;
}

const stored = (ref: string, missing: StoredModel['missing'] = []): [string, StoredModel] => [
  ref,
  { model: pinnedFile(ref), recordedAt: '2026-11-20T08:00:00.000Z', missing },
];

function setUp(over: Store, { offline = false, optional = '' } = {}) {
  const models = new Map(catalog.models);
  for (const [name, model] of models) if (name === optional) models.set(name, { ...model, optional: true });
  const asked: string[] = [];
  const invocation = fakeInvocation(
    { ...catalog, models },
    {
      sources: [
        sourceOf('hf', async (ref) => {
          asked.push(formatModelRef(ref));
          throw new RmaError('RMA_HUB_UNREACHABLE', 'the connection to hub.example failed');
        }),
      ],
    },
  );
  const fallback: Fallback = {
    offline,
    unreachable: new Set(),
    stored: {
      recall: async () => over.models ?? new Map(),
      geometry: async (wanted: readonly PinnedModel[]) =>
        new Map(
          wanted.flatMap(({ ref }) =>
            over.geometry?.has(ref) ? [[ref, over.geometry.get(ref) ?? null]] : [],
          ),
        ),
    },
  };
  const place = async () => {
    const host = new FakeHost();
    const config = configOf();
    const project = await readRequest(host, invocation, { config, profiles: ['chat'], refresh: false });
    const snapshot = await observe(host, invocation, { config, gpus: project.usesGpus });
    return placeServices({ ...invocation, fallback }, { project, snapshot });
  };
  return { place, asked, invocation, fallback };
}

describe('placing services without a hub', () => {
  it('[case F14] uses the models of the store, with one warning', async () => {
    const { place, invocation } = setUp({ models: new Map([stored(SMALL), stored(BIG)]) });
    const { resolved } = await place();
    expect(resolved.pinned.get(SMALL)).toEqual(pinnedFile(SMALL));
    expect(invocation.events.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        code: 'RMA_MODELS_FROM_STORE',
        text: 'the connection to hub.example failed; using 2 models from the store, the oldest recorded on 2026-11-20',
        hint: expect.stringContaining('--refresh'),
      },
    ]);
  });

  it('[case F14] requests from a hub that was unreachable only what the store lacks', async () => {
    const { asked, invocation, fallback } = setUp({ models: new Map([stored(SMALL)]) });
    const resolvers = { ...invocation, fallback };
    await resolveEach(resolvers, [SMALL], new Map());
    const again = await resolveEach(resolvers, [SMALL, BIG], new Map());
    expect(asked).toEqual([SMALL, BIG]);
    expect([...again].map(([ref, { ok }]) => [ref, ok])).toEqual([
      [SMALL, true],
      [BIG, false],
    ]);
  });

  it('offline, requests what the store lacks from the sources if other machines serve theirs', async () => {
    const { asked, invocation, fallback } = setUp({ models: new Map([stored(SMALL)]) }, { offline: true });
    await resolveEach({ ...invocation, fallback: { ...fallback, peers: true } }, [SMALL, BIG], new Map());
    expect(asked).toEqual([BIG]);
  });

  it('[case F14] keeps the error of the hub if the store has a model only partly', async () => {
    const part = stored(BIG, [{ path: 'x', bytes: 1, digest: null }]);
    const { place } = setUp({ models: new Map([stored(SMALL), part]) });
    await expect(place()).rejects.toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  });

  it('[case F14] offline contacts no hub, and one error names everything that is missing', async () => {
    const part = stored(BIG, [{ path: 'x.gguf', bytes: 1, digest: null }]);
    const { place, asked } = setUp({ models: new Map([part]) }, { offline: true });
    await expect(place()).rejects.toMatchObject({
      code: 'RMA_OFFLINE_MISSING',
      message: `offline, and the store lacks 1 file of ${BIG} (x.gguf); ${SMALL}`,
      hint: expect.stringContaining(`rma models pull ${BIG} ${SMALL}`),
    });
    expect(asked).toEqual([]);
  });
});

describe('resolved.json', () => {
  it('[case F14] leaves out what only held while no hub could be asked', () => {
    const pinned = new Map([[SMALL, pinnedFile(SMALL)]]);
    const text = formatResolved({
      pinned,
      geometry: new Map([[SMALL, null]]),
      missing: new Map([[BIG, 'offline']]),
      transient: new Set([SMALL, BIG]),
    });
    expect(parseResolved(text, 'resolved.json')).toEqual({ pinned, geometry: new Map(), missing: new Map() });
  });
});
