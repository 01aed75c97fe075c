import { describe, expect, it } from 'vitest';
import { type ListedModels, listedModels } from '../../../src/app/models/listed-models.ts';
import { pull } from '../../../src/app/models/pull-models.ts';
import type { RmaConfig } from '../../../src/core/domain/config.ts';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { formatStoredAnswer } from '../../../src/core/source/stored-answer.ts';
import type { OneOff } from '../../../src/ports/docker-cli.ts';
import type { Invocation } from '../../../src/ports/invocation.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';

const IMAGE = 'rma-worker:1.2.3-0123456789ab';
const SMALL = 'hf:org/small:small.gguf';
const BIG = 'hf:org/big:big.gguf';
const catalog = catalogOf({ chat: [profileServiceOf()], more: [profileServiceOf({ models: ['big'] })] });

interface Options {
  readonly names?: readonly string[];
  readonly config?: RmaConfig;
  readonly dryRun?: boolean;
  readonly over?: Partial<Invocation>;
}

async function list(host: FakeHost, { names = [], config = configOf(), over = {} }: Options) {
  const invocation = fakeInvocation(catalog, over);
  const choice = { config, names, profiles: [], refresh: false, store: null };
  return listedModels(host, invocation, choice);
}

async function pullOn(host: FakeHost, options: Options = {}) {
  const { models, volume } = await list(host, options);
  const { config = configOf(), dryRun = false, over = {} } = options;
  const request = { config, catalog, models, store: storeOf(volume), dryRun };
  return pull(host, fakeInvocation(catalog, over), request);
}

function storeOf(volume: ListedModels['volume']) {
  if (volume === null) throw new Error('the models were listed without a volume');
  return volume;
}

/** Returns a host with a volume and a built worker image. */
function readyHost(): FakeHost {
  const host = new FakeHost();
  host.engine.addImage(IMAGE);
  host.engine.addVolume('rma-models');
  return host;
}

const status = (over: Partial<WorkerStatus>): WorkerStatus => ({
  schema: 'rma.worker-status/v1',
  worker: 'one-off',
  profile: '',
  state: 'ready',
  since: '2026-01-02T00:00:00Z',
  failure: null,
  models: [],
  engines: [],
  registered: false,
  ...over,
});

const model = (ref: string, state: 'present' | 'failed', note?: string) => ({
  ref,
  state,
  doneBytes: 0,
  totalBytes: 1000,
  fetchedBytes: state === 'present' ? 1000 : 10,
  bytesPerSecond: null,
  etaSeconds: null,
  ...(note !== undefined && { note }),
});

describe('listedModels', () => {
  it('checks the volume of the project and reports its free space', async () => {
    const host = readyHost();
    host.workers.store.add(SMALL);
    const { models, volume } = await list(host, { names: ['all'] });
    expect(models.map(({ ref, check }) => [ref, check?.state])).toEqual([
      [BIG, 'missing'],
      [SMALL, 'present'],
    ]);
    expect(volume?.freeBytes).toBe(2 ** 42);
  });

  it('has no result for a volume before the worker image is built', async () => {
    const host = new FakeHost();
    host.engine.addVolume('rma-models');
    const { models, volume } = await list(host, {});
    expect([models[0]?.check, volume?.freeBytes]).toEqual([null, null]);
  });

  it('reports an invalid request before Docker errors, and Docker errors before hub errors', async () => {
    const host = new FakeHost();
    host.engine.facts = async () => {
      throw new Error('no Docker');
    };
    const over = { sources: [] };
    await expect(list(host, { names: ['smal'], over })).rejects.toMatchObject({ code: 'RMA_MODEL_UNKNOWN' });
    await expect(list(host, { over })).rejects.toThrow('no Docker');
  });
});

describe('pull', () => {
  it('downloads missing models in a container, after building its image', async () => {
    const host = new FakeHost();
    const result = await pullOn(host, { names: ['all'] });
    expect(host.takeChanges()).toEqual([`build ${IMAGE}`, `fetch ${BIG} ${SMALL}`]);
    expect(result).toMatchObject({ missingBytes: 2000, exitCode: 0 });
    expect(result.models.map(({ ref, state, bytes }) => [ref, state, bytes])).toEqual([
      [BIG, 'fetched', 1000],
      [SMALL, 'fetched', 1000],
    ]);
  });

  it('changes nothing in a dry run', async () => {
    const host = readyHost();
    host.workers.store.add(SMALL);
    const { models, missingBytes } = await pullOn(host, { names: ['all'], dryRun: true });
    expect(models.map(({ state, bytes }) => [state, bytes])).toEqual([
      ['missing', 1000],
      ['present', 0],
    ]);
    expect(missingBytes).toBe(1000);
    expect(host.takeChanges()).toEqual([]);
  });

  it('fails before the download if there is not enough space', async () => {
    const host = readyHost();
    const checked = { ref: SMALL, state: 'missing', missing: [], totalBytes: 9e9, missingBytes: 9e9 };
    host.docker.oneOff = async () => ({
      exitCode: 0,
      stdout: JSON.stringify({ checks: [checked], freeBytes: 8e9 }),
      stderr: '',
    });
    await expect(pullOn(host)).rejects.toMatchObject({
      code: 'RMA_STORE_NO_ROOM',
      exitCode: 5,
      details: { neededBytes: 9e9, freeBytes: 8e9 },
    });
  });

  it('writes the hub token for the container, and removes it afterwards', async () => {
    const host = readyHost();
    const hubToken = async () => ({ value: 'hf_secret', origin: 'HF_TOKEN' });
    const secrets = `${configOf().stateDir}/secrets`;
    await pullOn(host, { over: { hubToken } });
    expect(host.takeChanges()).toEqual([
      `create-directory ${secrets}`,
      `write ${secrets}/hf_token`,
      `fetch ${SMALL}`,
      `remove-path ${secrets}/hf_token`,
    ]);
  });

  it('keeps a token that a running stack uses', async () => {
    const host = readyHost();
    host.files.put(`${configOf().stateDir}/secrets/hf_token`, 'of the stack');
    await pullOn(host, { over: { hubToken: async () => ({ value: 'hf_new', origin: 'HF_TOKEN' }) } });
    expect(host.takeChanges()).toEqual([`fetch ${SMALL}`]);
  });

  it('[case F05] [case F06] writes proxies with a login and certificates for the container, and removes them', async () => {
    const host = readyHost();
    const secrets = `${configOf().stateDir}/secrets`;
    const environment = { HTTPS_PROXY: 'http://me:geheim@proxy:3128' };
    await pullOn(host, { over: { environment, certificates: async () => 'PEM' } });
    expect(host.takeChanges()).toEqual([
      `create-directory ${secrets}`,
      `write ${secrets}/proxies`,
      `create-directory ${secrets}`,
      `write ${secrets}/ca_certificates`,
      `fetch ${SMALL}`,
      `remove-path ${secrets}/proxies`,
      `remove-path ${secrets}/ca_certificates`,
    ]);
  });

  it('offline, the container reaches other machines that serve their store, with their token', async () => {
    const host = readyHost();
    const { network, stateDir } = configOf();
    const config = configOf({ network: { ...network, offline: true, peers: ['https://box1:7701'] } });
    let ran: OneOff | null = null;
    const { oneOff } = host.docker;
    host.docker.oneOff = async (run) => {
      if (run.argv[1] === 'recall') {
        const stdout = formatStoredAnswer({ models: new Map(), geometry: new Map() });
        return { exitCode: 0, stdout, stderr: '' };
      }
      if (run.argv[1] === 'fetch') ran = run;
      return oneOff.call(host.docker, run);
    };
    await pullOn(host, { config, over: { peerToken: async () => 'token-of-box1-0123456789' } });
    expect(ran).toMatchObject({
      network: true,
      env: {
        RMA_OFFLINE: '1',
        RMA_PEERS: 'https://box1:7701',
        RMA_PEER_TOKEN_FILE: '/run/secrets/peer_token',
      },
    });
    expect(JSON.stringify(ran)).not.toContain('token-of-box1');
    expect(host.takeChanges()).toContain(`remove-path ${stateDir}/secrets/peer_token`);
  });

  it('creates a host directory', async () => {
    const host = new FakeHost();
    host.engine.addImage(IMAGE);
    const volumes = { ...configOf().volumes, store: { type: 'host', path: '/data/models' } } as const;
    await pullOn(host, { config: configOf({ volumes }) });
    expect(host.takeChanges()).toEqual(['create-directory /data/models', `fetch ${SMALL}`]);
  });

  it('fails with the error of the only model, and lists the results of several', async () => {
    const host = readyHost();
    const { oneOff } = host.docker;
    const failure = { code: 'RMA_HUB_DENIED', message: 'gated', exitCode: 4 } as const;
    const failed = status({
      state: 'failed',
      failure,
      models: [model(SMALL, 'failed', 'gated'), model(BIG, 'present')],
    });
    host.docker.oneOff = async (run) => {
      if (run.argv[1] === 'check') return oneOff.call(host.docker, run);
      run.onStdout?.(JSON.stringify(failed));
      return { exitCode: 4, stdout: '', stderr: '' };
    };
    await expect(pullOn(host)).rejects.toMatchObject({ code: 'RMA_HUB_DENIED', exitCode: 4 });
    const { models, exitCode } = await pullOn(host, { names: ['all'] });
    expect(exitCode).toBe(4);
    expect(models).toEqual([
      { name: 'big', ref: BIG, state: 'fetched', bytes: 1000 },
      { name: 'small', ref: SMALL, state: 'failed', bytes: 10, message: 'gated' },
    ]);
  });
});
