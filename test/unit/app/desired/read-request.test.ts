import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../../src/app/desired/read-request.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import { NOTHING_RESOLVED } from '../../../../src/core/domain/resolved-models.ts';
import { formatProjectState } from '../../../../src/core/profile/project-state.ts';
import { formatResolved } from '../../../../src/core/source/resolved-file.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

const catalog = catalogOf({ chat: [profileServiceOf()], ocr: [profileServiceOf({ gpus: 1 })] }, [
  engineOf('llm', { gpu: 'optional' }),
]);
const dir = configOf().stateDir;

const read = (
  over: Partial<RmaConfig> = {},
  { profiles = [], refresh = false, host = new FakeHost() }: Options = {},
) => readRequest(host, fakeInvocation(catalog), { config: configOf(over), profiles, refresh });

interface Options {
  readonly profiles?: readonly string[];
  readonly refresh?: boolean;
  readonly host?: FakeHost;
}

describe('readRequest', () => {
  it('merges the profiles of the configuration, of earlier commands and of this one', async () => {
    const host = new FakeHost();
    host.files.put(`${dir}/state.json`, formatProjectState({ profiles: ['ocr', 'chat'], ports: {} }));
    const request = await read({ profiles: ['chat'] }, { profiles: ['ocr'], host });
    expect(request).toMatchObject({ profiles: ['chat', 'ocr'], named: ['ocr'], usesGpus: true });
    expect((await read({ profiles: ['chat'] })).usesGpus).toBe(false);
  });

  it('[req R28] puts services on the CPU if GPUs are disabled', async () => {
    const gpu = { ...configOf().gpu, use: 'off' } as const;
    const request = await read({ profiles: ['ocr'], gpu });
    expect(request.usesGpus).toBe(false);
    expect(request.catalog.profiles.get('ocr')?.variants[0]?.services[0]?.gpus).toBe(0);
  });

  it('reuses resolved models unless a refresh is requested', async () => {
    const host = new FakeHost();
    const model = pinnedFile('hf:org/small:small.gguf');
    const resolved = { ...NOTHING_RESOLVED, pinned: new Map([[model.ref, model]]) };
    host.files.put(`${dir}/resolved.json`, formatResolved(resolved));
    expect((await read({}, { host })).resolved).toEqual(resolved);
    expect((await read({}, { host, refresh: true })).resolved).toBe(NOTHING_RESOLVED);
  });

  it('collects a token for each worker and the coordinator key', async () => {
    const { secrets } = await read({ profiles: ['chat', 'ocr'] });
    expect([...secrets.keys()]).toEqual(['coordinator_key', 'worker_token_chat', 'worker_token_ocr']);
  });

  it.each([
    ['RMA_PROFILE_NONE', { profiles: [] }],
    ['RMA_PROFILE_UNKNOWN', { profiles: ['chet'] }],
    ['RMA_PROFILE_UNKNOWN', { variants: { chet: 'default' } }],
    ['RMA_VARIANT_UNKNOWN', { variants: { chat: 'fp16' } }],
    ['RMA_ENGINE_UNKNOWN', { images: { workerBase: 'node', engines: { lmm: 'x' } } }],
  ] as const)('rejects an invalid request without Docker: %s for %j', async (code, over) => {
    const host = new FakeHost();
    await expect(read(over, { host })).rejects.toMatchObject({ code, exitCode: 2 });
    expect(host.engine.reads).toEqual([]);
  });
});
