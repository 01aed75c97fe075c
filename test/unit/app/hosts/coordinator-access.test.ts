import { randomBytes, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { collectSecrets } from '../../../../src/app/desired/secrets.ts';
import { type ConfiguredHost, coordinatorAccess } from '../../../../src/app/hosts/coordinator-access.ts';
import { resolveConfig } from '../../../../src/core/config/resolve-config.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { hostConfig } from '../../../../src/core/hosts/host-config.ts';
import { workerToken } from '../../../../src/core/registration-token.ts';
import { base } from '../../../helpers/builders/config-sources.ts';
import { filesOf, hostOf, invocationOf } from '../../../helpers/host/port-builders.ts';

const PROJECT: RmaConfig = {
  ...resolveConfig(base).config,
  project: 'demo',
  hosts: {
    gpu1: { address: 'ssh://me@10.0.0.5', bind: '10.0.0.5' },
    gpu2: { address: 'ssh://me@10.0.0.6', bind: '10.0.0.6' },
  },
};
const FOLDER = '/state/rma/demo';

type Files = Readonly<Record<string, string>>;

function hostNamed(name: string, config: RmaConfig, files: Files = {}): ConfiguredHost {
  return {
    host: hostOf({ name, files: filesOf(files) }),
    config: hostConfig(config, { name, stateDir: FOLDER, profiles: ['chat'] }),
  };
}

const lost = async () => {
  throw new RmaError('RMA_HOST_UNREACHABLE', 'no answer', { exitCode: 3 });
};

interface Case {
  readonly config?: RmaConfig;
  /** host → its files, of those in the plan */
  readonly planned: Readonly<Record<string, Files>>;
  /** files of the coordinator's host, if the plan does not include it; absent: it does not respond */
  readonly aside?: Files;
  readonly rotate?: boolean;
}

/** Returns what the plan of each host gets: the settings of its coordinator and all of its secrets. */
async function planned({ config = PROJECT, planned: files, aside, rotate }: Case) {
  const hosts = Object.entries(files).map(([name, own]) => hostNamed(name, config, own));
  const invocation = invocationOf({ randomKey: () => randomBytes(32).toString('hex') });
  const open = aside === undefined ? lost : async (name: string) => hostNamed(name, config, aside);
  const access = await coordinatorAccess(invocation, { config, hosts, open, rotate });
  const entries = hosts.map(async (own) => {
    const { settings, access: coordinator } = access(own);
    const secrets = await collectSecrets(own.host as ReturnType<typeof hostOf>, invocationOf(), {
      config: { ...own.config, coordinator: settings },
      profiles: ['chat'],
      coordinator: coordinator ?? { secrets: async () => new Map(), token: async () => null },
    });
    return [own.host.name, { settings, secrets }] as const;
  });
  return new Map(await Promise.all(entries));
}

const filesWith = (secrets: ReadonlyMap<string, string>): Files =>
  Object.fromEntries([...secrets].map(([name, value]) => [`${FOLDER}/secrets/${name}`, value]));

describe('the coordinator of a project with two hosts', () => {
  it('runs on the first one, and the worker of the other one gets its URL, its CA and a token of its own', async () => {
    const plan = await planned({ planned: { gpu1: {}, gpu2: {} } });
    const [one, two] = [plan.get('gpu1')!, plan.get('gpu2')!];
    expect(one.settings.url).toBeNull();
    expect(two.settings.url).toBe('https://10.0.0.5:7700');
    expect([...two.secrets.keys()].toSorted()).toEqual(['coordinator_ca', 'worker_token_chat']);
    expect(two.secrets.get('coordinator_ca')).toBe(one.secrets.get('coordinator_ca'));
    const key = one.secrets.get('coordinator_key')!;
    expect(two.secrets.get('worker_token_chat')).toBe(workerToken(key, 'gpu2', 'gpu2-demo-chat'));
    expect(one.secrets.get('worker_token_chat')).toBe(workerToken(key, 'gpu1', 'gpu1-demo-chat'));
    const server = new X509Certificate(one.secrets.get('coordinator_certificate')!);
    expect(server.checkIP('10.0.0.5')).toBe('10.0.0.5');
  });

  it('keeps its key and its certificates in the next plan', async () => {
    const first = await planned({ planned: { gpu1: {}, gpu2: {} } });
    const files = filesWith(first.get('gpu1')!.secrets);
    expect(await planned({ planned: { gpu1: files, gpu2: {} } })).toEqual(first);
    // also in a plan for the other host alone
    const alone = await planned({ planned: { gpu2: {} }, aside: files });
    expect(alone.get('gpu2')).toEqual(first.get('gpu2'));
  });

  it('runs where the setting says, on the port that it has', async () => {
    const config = { ...PROJECT, coordinator: { ...PROJECT.coordinator, host: 'gpu2' } };
    const state = JSON.stringify({
      schema: 'rma.project-state/v1',
      profiles: [],
      ports: { coordinator: 7710 },
    });
    const plan = await planned({ config, planned: { gpu1: {}, gpu2: { [`${FOLDER}/state.json`]: state } } });
    expect(plan.get('gpu1')!.settings.url).toBe('https://10.0.0.6:7710');
    expect(plan.get('gpu2')!.secrets.has('coordinator_ca_key')).toBe(true);
  });

  it('is reached at the SSH address of its host if it is published on all addresses', async () => {
    const hosts = { ...PROJECT.hosts, gpu1: { address: 'ssh://me@gpu1.example:2222', bind: '0.0.0.0' } };
    const plan = await planned({ config: { ...PROJECT, hosts }, planned: { gpu1: {}, gpu2: {} } });
    expect(plan.get('gpu2')!.settings.url).toBe('https://gpu1.example:7700');
    const server = new X509Certificate(plan.get('gpu1')!.secrets.get('coordinator_certificate')!);
    expect(server.checkHost('gpu1.example')).toBe('gpu1.example');
  });

  it('that does not respond leaves the tokens of the other host as they are, and gives a new worker none', async () => {
    const first = await planned({ planned: { gpu1: {}, gpu2: {} } });
    const { secrets } = first.get('gpu2')!;
    expect(await planned({ planned: { gpu2: filesWith(secrets) } })).toEqual(
      new Map([['gpu2', first.get('gpu2')]]),
    );
    await expect(planned({ planned: { gpu2: {} } })).rejects.toMatchObject({
      code: 'RMA_COORDINATOR_NO_TOKEN',
      exitCode: 3,
      hint: expect.stringContaining('when gpu1 responds'),
    });
  });

  it('that was never started is started first', async () => {
    await expect(planned({ planned: { gpu2: {} }, aside: {} })).rejects.toMatchObject({
      code: 'RMA_COORDINATOR_STOPPED',
      exitCode: 3,
      hint: 'start it first: rma up --host gpu1',
    });
  });

  it('that was started on loopback is started again first: only its own host writes certificates', async () => {
    const aside = { [`${FOLDER}/secrets/coordinator_key`]: 'ab'.repeat(32) };
    await expect(planned({ planned: { gpu2: {} }, aside })).rejects.toMatchObject({
      code: 'RMA_COORDINATOR_STOPPED',
      hint: 'start it first: rma up --host gpu1',
    });
    const whole = await planned({ planned: { gpu1: {}, gpu2: {} } });
    const kept = filesWith(whole.get('gpu1')!.secrets);
    const next = await planned({ planned: { gpu2: {} }, aside: kept });
    expect(next.get('gpu2')!.secrets.get('coordinator_ca')).toBe(kept[`${FOLDER}/secrets/coordinator_ca`]);
  });

  it('is an error on loopback, where the other host cannot reach it', async () => {
    const hosts = { ...PROJECT.hosts, gpu1: { address: null } };
    const config = { ...PROJECT, hosts };
    await expect(planned({ config, planned: { gpu1: {}, gpu2: {} } })).rejects.toMatchObject({
      code: 'RMA_HOST_BIND',
      exitCode: 2,
      message: 'the coordinator on gpu1 is published on 127.0.0.1, where gpu2 cannot reach it',
      hint: 'set an address of gpu1 that the other hosts reach, in rma.yaml: hosts: { gpu1: { bind: ADDRESS } }',
    });
    // alone it needs no other address
    expect((await planned({ config, planned: { gpu1: {} } })).get('gpu1')!.settings.url).toBeNull();
  });

  it('of its own stays outside: every host has its URL', async () => {
    const coordinator = { ...PROJECT.coordinator, url: 'https://models.example' };
    const plan = await planned({ config: { ...PROJECT, coordinator }, planned: { gpu1: {}, gpu2: {} } });
    expect([...plan.values()].map(({ settings }) => settings)).toEqual([coordinator, coordinator]);
    expect([...plan.values()].flatMap(({ secrets }) => [...secrets.keys()])).toEqual([]);
  });

  it('has other keys, certificates and tokens on every host after a rotation, which needs its host', async () => {
    const first = await planned({ planned: { gpu1: {}, gpu2: {} } });
    const files = {
      gpu1: filesWith(first.get('gpu1')!.secrets),
      gpu2: filesWith(first.get('gpu2')!.secrets),
    };
    const next = await planned({ planned: files, rotate: true });
    for (const name of ['gpu1', 'gpu2']) {
      const kept = [...next.get(name)!.secrets].filter(
        ([key, value]) => first.get(name)!.secrets.get(key) === value,
      );
      expect(kept).toEqual([]);
    }
    expect(next.get('gpu2')!.secrets.get('coordinator_ca')).toBe(
      next.get('gpu1')!.secrets.get('coordinator_ca'),
    );
    await expect(planned({ planned: { gpu2: {} }, aside: files.gpu1, rotate: true })).rejects.toMatchObject({
      code: 'RMA_TOKEN_HOST',
      exitCode: 3,
    });
  });
});
