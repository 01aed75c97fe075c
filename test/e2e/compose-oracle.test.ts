import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectServices } from '../../src/core/profile/select-services.ts';
import { RENDER_CASES } from '../golden/render-cases.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  fleetInputOf,
  profileServiceOf,
} from '../helpers/builders/render-builders.ts';
import { stackOf, workerConfigOf } from '../helpers/builders/stack-of.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';

interface ComposeConfig {
  readonly services: Record<string, Record<string, unknown>>;
  readonly configs: Record<string, { content: string }>;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rma-oracle-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Returns what Compose reads from the file. Compose prints a dollar as `$$`. */
async function composeReads(text: string): Promise<{ config: ComposeConfig; warnings: string }> {
  const file = join(folder, 'compose.yaml');
  await writeFile(file, text);
  const args = ['compose', '-f', file, 'config', '--format', 'json'];
  const { stdout, stderr } = await promisify(execFile)('docker', args, { env: engineEnv() });
  return { config: JSON.parse(stdout.replaceAll('$$', '$')) as ComposeConfig, warnings: stderr };
}

describe('docker compose', () => {
  it.each(RENDER_CASES)(
    'accepts $name without a warning, and reads the configurations unchanged',
    async ({ input }) => {
      const given = input();
      const { config, warnings } = await composeReads(stackOf(given).text);
      expect(warnings).toBe('');
      for (const profile of given.selection.profiles) {
        const content = config.configs[profile.worker]?.content ?? '';
        expect(JSON.parse(content)).toEqual(workerConfigOf(given, profile.worker));
      }
    },
  );

  it('[req R11] fails for a missing host directory instead of creating it as root', async () => {
    const env = engineEnv();
    const path = join(folder, 'models');
    const file = join(folder, 'compose.yaml');
    const config = configOf({
      project: `rma-oracle-${process.pid}`,
      volumes: { store: { type: 'host', path }, cache: { type: 'named', name: 'rma-cache' } },
      coordinator: { port: 7700, url: 'http://coordinator.example', tokenFile: null },
    });
    const workerImage = env['RMA_WORKER_BASE'] ?? '';
    await writeFile(file, stackOf(fleetInputOf({ config, workerImage, secrets: new Set() })).text);
    const compose = (...args: string[]) =>
      promisify(execFile)('docker', ['compose', '-f', file, ...args], { env });
    try {
      await expect(compose('create', 'chat-worker')).rejects.toThrow('bind source path does not exist');
      await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
      await mkdir(path);
      await expect(compose('create', 'chat-worker')).resolves.toBeDefined();
    } finally {
      await compose('down');
    }
  });

  it('[req R10] accepts a volume created by rma as its own', async () => {
    const env = engineEnv();
    const name = `rma-oracle-${process.pid}`;
    const store = { type: 'named', name } as const;
    const input = fleetInputOf({
      config: configOf({
        project: name,
        volumes: { store, cache: store },
        coordinator: { port: 7700, url: 'http://coordinator.example', tokenFile: null },
      }),
      workerImage: env['RMA_WORKER_BASE'] ?? '',
      secrets: new Set(),
    });
    const { text, volumes } = stackOf(input);
    const file = join(folder, 'compose.yaml');
    await writeFile(file, text);
    const docker = (...args: string[]) => promisify(execFile)('docker', args, { env });
    const labels = Object.entries(volumes[0]!.labels).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
    ]);
    try {
      await docker('volume', 'create', ...labels, name);
      const { stderr } = await docker('compose', '-f', file, 'create', 'chat-worker');
      expect(stderr).not.toMatch(/volume/i);
    } finally {
      await docker('compose', '-f', file, 'down', '--volumes');
    }
  });

  it('reads arbitrary strings unchanged, including dollars and YAML keywords', async () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => !/[\0\p{Surrogate}\ufffe\uffff]/u.test(text)),
      fc.stringMatching(/^[-+]?[0-9.xob$][0-9a-f.e_:o$-]{0,5}$/),
      fc.constantFrom(
        'no',
        'on',
        'y',
        'N',
        '~',
        '<<',
        '=',
        '2001-01-01',
        '1:30',
        ['$', '{A}'].join(''),
        '\u2028',
        '\u0085',
      ),
    );
    const flags = fc.sample(words, { numRuns: 300, seed: 7 });
    const environment = Object.fromEntries(flags.map((value, index) => [`V${index}`, value]));
    const catalog = catalogOf(
      { chat: [profileServiceOf({ engine: 'llm', models: ['small'], flags, memoryBytes: null })] },
      [engineOf('llm', { environment })],
    );
    const selection = selectServices(catalog, ['chat']);
    const { config } = await composeReads(stackOf(fleetInputOf({ selection })).text);
    const { command, environment: read } = config.services['chat-llm'] as {
      command: string[];
      environment: Record<string, string>;
    };
    expect(command.slice(6)).toEqual(flags);
    expect(read).toMatchObject(environment);
  });
});
