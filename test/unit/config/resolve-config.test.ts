import { describe, expect, it } from 'vitest';
import type { ConfigSources } from '../../../src/core/config/config-sources.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { base, flags, withFile } from '../../helpers/builders/config-sources.ts';

const NO_LIMITS = { maxRate: null, connections: 32, window: null };

describe('resolveConfig without input', () => {
  it('returns the documented defaults', () => {
    const { config, selectedProfiles, hubToken } = resolveConfig(base);
    expect(config).toEqual({
      project: 'rma',
      directory: null,
      stateDir: '/home/me/.local/state/rma/rma',
      toRecord: {},
      profilesDir: null,
      enginesDir: null,
      placement: {},
      hosts: { local: { address: null } },
      profiles: [],
      volumes: { store: { type: 'named', name: 'rma-models' }, cache: { type: 'named', name: 'rma-cache' } },
      owner: null,
      bind: '127.0.0.1',
      coordinator: { port: 7700, url: null, tokenFile: null },
      hub: {
        endpoints: {
          hf: 'https://huggingface.co',
          ollama: 'https://registry.ollama.ai',
          ms: 'https://www.modelscope.cn',
          docling: 'https://github.com',
        },
        tokenFile: null,
      },
      gpu: { use: 'required', minBytes: null, visible: null, reserveBytes: 2 ** 28, pins: {} },
      variants: {},
      frozen: false,
      network: { ...NO_LIMITS, caFile: null, offline: false, peers: [], peerTokenFile: null },
      nfsOptions: null,
      images: { workerBase: 'node:24-bookworm-slim', engines: {} },
      ports: {},
      services: {},
      kubernetes: expect.anything(),
      drainSeconds: 30,
    });
    expect(selectedProfiles).toBeNull();
    expect(hubToken).toEqual({ kind: 'none' });
  });

  it('keeps state in the XDG directory, or in the working directory without a home', () => {
    const xdg = { ...base, env: { XDG_STATE_HOME: '/var/state' }, flags: flags({ project: ['demo'] }) };
    expect(resolveConfig(xdg).config.stateDir).toBe('/var/state/rma/demo');
    const relative = { ...base, env: { XDG_STATE_HOME: 'state' } };
    expect(resolveConfig(relative).config.stateDir).toBe('/home/me/.local/state/rma/rma');
    expect(resolveConfig({ ...base, home: null }).config.stateDir).toBe('/home/me/here/.rma');
  });
});

describe('resolveConfig with a file', () => {
  it('reads every setting', () => {
    const text = `
project: demo
profiles: [cpu-worker, gpu-worker, cpu-worker]
hosts:
  box1:
    address: ssh://me@box1:22
    labels: { rack: r1 }
    bind: 10.0.0.11
    volumes: { store: host:/data/models }
    gpu: { visible: ['0', GPU-5f], reserve: 1GiB }
  box2: { address: 'context:box2', gpu: { visible: [none] } }
  local: {}
placement: { gpu-worker: }
volumes:
  store: host:models
  cache: nfs:files.example:/exports/cache
  nfs_options: nfsvers=4.1,hard
owner: 1001:1002
bind: 0.0.0.0
coordinator:
  port: 7800
  url: https://coordinator.example/
  token_file: ~/token
hub:
  endpoint: http://localhost:8080
  token_file: ./secrets/hub
  ollama_endpoint: https://mirror.example/
  modelscope_endpoint: https://ms.example
  github_endpoint: https://github.example
gpu:
  enable: auto
  min_memory: 8GB
  visible: ['0', GPU-5f]
  reserve: 1GiB
  pins: { vllm-vllm: 0+1 }
variants: { gpu-worker: 4bit }
images:
  worker_base: registry.example/node:24
  engines: { llamacpp: 'llama:1' }
ports: { cpu-worker-llamacpp: 8081 }
frozen: true
network: { ca_file: ./company-ca.pem, max_rate: 50MiB/s, connections: 8, window: 22:00-06:00, peers: [box1, 'https://BOX1:7701/', 10.1.2.3:9], peer_token_file: ./token }
drain_timeout: 1m30s
services:
  vllm-vllm: { context: 2048 }
`;
    expect(resolveConfig(withFile(text)).config).toEqual({
      project: 'demo',
      directory: '/srv/My Demo',
      stateDir: '/srv/My Demo/.rma',
      toRecord: {},
      profilesDir: null,
      enginesDir: null,
      hosts: {
        box1: {
          address: 'ssh://me@box1:22',
          labels: { rack: 'r1' },
          bind: '10.0.0.11',
          volumes: { store: { type: 'host', path: '/data/models' } },
          gpu: { visible: ['0', 'GPU-5f'], reserveBytes: 2 ** 30 },
        },
        box2: { address: 'context:box2', gpu: { visible: [] } },
        local: { address: null },
      },
      placement: { 'gpu-worker': expect.objectContaining({ replicas: 1 }) },
      profiles: ['cpu-worker', 'gpu-worker'],
      volumes: {
        store: { type: 'host', path: '/srv/My Demo/models' },
        cache: { type: 'nfs', server: 'files.example', path: '/exports/cache' },
      },
      owner: { uid: 1001, gid: 1002 },
      bind: '0.0.0.0',
      coordinator: { port: 7800, url: 'https://coordinator.example', tokenFile: '/home/me/token' },
      hub: {
        endpoints: {
          hf: 'http://localhost:8080',
          ollama: 'https://mirror.example',
          ms: 'https://ms.example',
          docling: 'https://github.example',
        },
        tokenFile: '/srv/My Demo/secrets/hub',
      },
      gpu: {
        use: 'auto',
        minBytes: 8e9,
        visible: ['0', 'GPU-5f'],
        reserveBytes: 2 ** 30,
        pins: { 'vllm-vllm': ['0', '1'] },
      },
      variants: { 'gpu-worker': '4bit' },
      network: {
        caFile: '/srv/My Demo/company-ca.pem',
        maxRate: 52_428_800,
        connections: 8,
        window: { from: 1320, to: 360 },
        offline: false,
        peers: ['https://box1:7701', 'https://10.1.2.3:9'],
        peerTokenFile: '/srv/My Demo/token',
      },
      frozen: true,
      nfsOptions: 'nfsvers=4.1,hard',
      images: { workerBase: 'registry.example/node:24', engines: { llamacpp: 'llama:1' } },
      ports: { 'cpu-worker-llamacpp': 8081 },
      services: { 'vllm-vllm': { context: 2048, where: 'rma.yaml:45:3' } },
      kubernetes: resolveConfig(base).config.kubernetes,
      drainSeconds: 90,
    });
  });

  it.each([
    ['/srv/My Demo', 'mydemo'],
    ['/srv/_-Lab_2', 'lab_2'],
    ['/srv/模型', 'rma'],
    ['/', 'rma'],
  ])('names the project after the directory %s like Compose: %s', (dir, project) => {
    expect(resolveConfig(withFile('', dir)).config.project).toBe(project);
  });

  it.each(['', '# only a comment\n', 'profiles:\nvolumes:\nbind:\n', '$schema: https://schema.example\n'])(
    'treats %j as an empty file',
    (text) => {
      const { config } = resolveConfig(withFile(text, '/srv/rma'));
      expect(config).toEqual({
        ...resolveConfig(base).config,
        directory: '/srv/rma',
        stateDir: '/srv/rma/.rma',
      });
    },
  );
});

describe('precedence', () => {
  const sources: ConfigSources = {
    ...withFile('bind: 10.0.0.1\ndrain_timeout: 1s\n\nports:\n  a: 1\n  b: 2\nprofiles: [one]\n'),
    env: {
      RMA_BIND: '10.0.0.2',
      RMA_PORTS: 'b=3, c=4',
      RMA_OWNER: '',
      HF_ENDPOINT: 'https://mirror.example',
    },
    flags: flags({ bind: ['10.0.0.3', '10.0.0.4'], ports: ['c=5'], profiles: ['two', 'one'] }),
  };

  it('is option, environment, file, default; the last of repeated options wins', () => {
    const { config } = resolveConfig(sources);
    expect(config).toMatchObject({ bind: '10.0.0.4', drainSeconds: 1, owner: null });
    expect(resolveConfig({ ...sources, flags: new Map() }).config.bind).toBe('10.0.0.2');
    expect(resolveConfig({ ...sources, flags: new Map(), env: {} }).config.bind).toBe('10.0.0.1');
  });

  it('merges maps by key', () => {
    expect(resolveConfig(sources).config.ports).toEqual({ a: 1, b: 3, c: 5 });
  });

  it('keeps the profiles of options separate from those of the file', () => {
    expect(resolveConfig(sources)).toMatchObject({
      config: { profiles: ['one'] },
      selectedProfiles: ['two', 'one'],
    });
  });

  it('records the origin of each value', () => {
    expect(resolveConfig(sources).origins).toMatchObject({
      bind: { from: 'flag', name: '--bind' },
      ports: { from: 'flag', name: '--port' },
      'hub.endpoint': { from: 'env', name: 'HF_ENDPOINT' },
      drain_timeout: { from: 'file', file: 'rma.yaml', line: 2, column: 16 },
      owner: { from: 'default' },
    });
  });

  it('prefers RMA_HUB_ENDPOINT to HF_ENDPOINT', () => {
    const env = { RMA_HUB_ENDPOINT: 'https://a.example', HF_ENDPOINT: 'https://b.example' };
    expect(resolveConfig({ ...base, env }).config.hub.endpoints['hf']).toBe('https://a.example');
  });

  it('resolves relative paths of options and variables against the working directory', () => {
    const relative = {
      ...withFile(''),
      env: { RMA_VOLUME: './models' },
      flags: flags({ 'hub.token_file': ['t'] }),
    };
    const { volumes, hub } = resolveConfig(relative).config;
    expect([volumes.store, hub.tokenFile]).toEqual([
      { type: 'host', path: '/home/me/here/models' },
      '/home/me/here/t',
    ]);
  });
});

describe('the hub token', () => {
  const all: ConfigSources = {
    ...base,
    env: { HF_TOKEN: 'hf_secretsecretsecret', HF_TOKEN_PATH: '/run/token' },
    hfAuthFile: '/home/me/.cache/huggingface/token',
    flags: flags({ 'hub.token_file': ['/flag'] }),
  };

  it.each([
    ['the option', all, { kind: 'file', path: '/flag' }, { from: 'flag', name: '--token-file' }],
    [
      'HF_TOKEN',
      { ...all, flags: new Map() },
      { kind: 'env', name: 'HF_TOKEN' },
      { from: 'env', name: 'HF_TOKEN' },
    ],
    [
      'HF_TOKEN_PATH',
      { ...all, flags: new Map(), env: { HF_TOKEN_PATH: 'token' } },
      { kind: 'file', path: '/home/me/here/token' },
      { from: 'env', name: 'HF_TOKEN_PATH' },
    ],
    [
      'the file of hf auth',
      { ...all, flags: new Map(), env: {} },
      { kind: 'file', path: '/home/me/.cache/huggingface/token' },
      { from: 'hf-auth' },
    ],
  ] as const)('comes from %s', (...[, sources, token, origin]) => {
    const resolved = resolveConfig(sources);
    expect(resolved.hubToken).toEqual(token);
    expect(resolved.config.hub.tokenFile).toBe(token.kind === 'file' ? token.path : null);
    expect(resolved.origins['hub.token_file']).toEqual(origin);
    expect(JSON.stringify(resolved)).not.toContain('secretsecret');
  });
});

describe('the state directory', () => {
  it('is a subdirectory if --project differs from rma.yaml', () => {
    const stateDir = (given: Readonly<Record<string, readonly string[]>>) =>
      resolveConfig({ ...withFile('project: demo\n', '/srv/box'), flags: flags(given) }).config.stateDir;
    expect(stateDir({})).toBe('/srv/box/.rma');
    expect(stateDir({ project: ['demo'] })).toBe('/srv/box/.rma');
    expect(stateDir({ project: ['other'] })).toBe('/srv/box/.rma/other');
  });
});
