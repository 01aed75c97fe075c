import { describe, expect, it } from 'vitest';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import type { PinnedOllamaModel } from '../../../src/core/source/ollama.ts';
import { readWorkerConfig } from '../../../src/core/worker/read-worker-config.ts';
import { configOf, fleetInputOf } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

function pinned(tag: string, hex: string, bytes: number): PinnedOllamaModel {
  const digest = `sha256:${hex.repeat(32)}`;
  const layer = { mediaType: 'application/vnd.ollama.image.model', digest, size: bytes };
  return {
    source: 'ollama',
    ref: `ollama:m:${tag}`,
    registry: 'registry.ollama.ai',
    namespace: 'library',
    model: 'm',
    tag,
    manifest: JSON.stringify({ schemaVersion: 2, layers: [layer] }),
    files: [{ path: digest.replace(':', '-'), bytes, digest: { algorithm: 'sha256', hex: hex.repeat(32) } }],
  };
}

const MODELS = [pinned('small', 'aa', 10), pinned('large', 'bb', 30), pinned('again', 'bb', 30)];

function target(more = '') {
  const refs = MODELS.map(({ ref }) => JSON.stringify(ref)).join(', ');
  const text = `description: Test\nservices:\n  - { engine: ollama, models: [${refs}], gpus: 0${more} }\n`;
  const selection = selectServices(shippedCatalog({ several: text }), ['several']);
  const models = new Map<string, PinnedModel>(MODELS.map((model) => [model.ref, model]));
  const config = configOf({ profiles: ['several'] });
  const { services } = buildFleet(fleetInputOf({ selection, pinned: models, config }));
  const file = services.find(({ role }) => role === 'worker')?.configFile?.content ?? '';
  const [engine] = readWorkerConfig(file, 'test').engines;
  if (engine === undefined) throw new Error('the worker has no engine');
  return engine;
}

describe('the models that an engine loads on demand', () => {
  it('[case E03] are loaded from large to small, and stay loaded together', () => {
    expect(target().models.map(({ name }) => name)).toEqual(['m:large', 'm:again', 'm:small']);
    expect(target().loaded).toEqual({ path: '/api/ps', on: 'cpu', together: true });
  });

  it('replace each other if fewer are loaded at once', () => {
    expect(target(', max_loaded: 1').loaded).toEqual({ path: '/api/ps', on: 'cpu', together: false });
  });

  it('[case E05] have the digest of their weights, which two names can share', () => {
    const [large, again, small] = target().models.map(({ weights }) => weights);
    expect(large).toBe(`sha256-${'bb'.repeat(32)}`);
    expect(again).toBe(large);
    expect(small).toBe(`sha256-${'aa'.repeat(32)}`);
  });
});
