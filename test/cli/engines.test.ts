import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

let dir = '';
beforeEach(() => {
  dir = tempFolder();
  writeFileSync(join(dir, 'rma.yaml'), 'project: here\n');
});

const rma = (...args: readonly string[]) => runRma(args, { cwd: dir, env: { HOME: dir } });

const daysSince = (date: string): number => Math.floor((Date.now() - Date.parse(date)) / 86_400_000);

describe('[case E08] rma engines ls', () => {
  it('lists the pinned release of each engine with its age', async () => {
    const { exitCode, stdout, stderr } = await rma('engines', 'ls');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^NAME +RELEASE +RELEASED +AGE +GPU +SOURCE +IMAGE$/m);
    // the date of this build is unknown
    expect(stdout).toMatch(/^llamacpp +b10156 +- +- .* built-in /m);
    for (const [name, release, released] of [
      ['ollama', '0.32.15', '2026-08-19'],
      ['tei', '1.9.3', '2026-03-23'],
      ['vllm', '0.27.1', '2026-08-11'],
    ] as const) {
      const age = `${daysSince(released)} days`;
      expect(stdout).toMatch(new RegExp(`^${name} +${release} +${released} +${age} .* built-in `, 'm'));
    }
    expect(stdout).toMatch(/^llamacpp +b10156 .* ghcr\.io\/ggml-org\/llama\.cpp:server-cuda-b10156$/m);
  });

  it('has no release for an image of the settings, and names the file of a custom engine', async () => {
    const file = join(dir, 'engines', 'mine.yaml');
    mkdirSync(join(dir, 'engines'));
    writeFileSync(
      file,
      'image: example/mine:1\nport: 9000\ncommand: [serve]\nhealth_path: /h\nmodels_path: /m\nhealth_test: [CMD, mine]\n',
    );
    writeFileSync(join(dir, 'rma.yaml'), 'images: { engines: { vllm: "example/vllm:9" } }\n');
    const { engines } = JSON.parse((await rma('engines', 'ls', '--json')).stdout);
    expect(engines).toContainEqual(
      expect.objectContaining({
        name: 'vllm',
        release: null,
        released: null,
        ageDays: null,
        image: 'example/vllm:9',
      }),
    );
    expect(engines).toContainEqual(
      expect.objectContaining({ name: 'mine', release: null, source: 'own', file, image: 'example/mine:1' }),
    );
    expect((await rma('engines', 'ls', '-q')).stdout).toBe(
      'docling-serve\nllamacpp\nllamacpp-router\nllm-d-tokenizer\nmine\nollama\ntei\nvllm\n',
    );
  });
});

describe('flags of a profile that repeat one of the engine', () => {
  it('[case S09] are an error with line and column in every command that plans', async () => {
    mkdirSync(join(dir, 'profiles'));
    writeFileSync(
      join(dir, 'profiles/mine.yaml'),
      'description: Mine\nservices:\n  - engine: vllm\n    models: [mistral-7b-instruct]\n    flags: [--gpu-memory-utilization=0.5]\n',
    );
    for (const args of [
      ['profiles', 'check'],
      ['plan', '--profile', 'mine'],
      ['compose', 'render', '--profile', 'mine'],
    ]) {
      const { exitCode, stderr } = await rma(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        'mine.yaml:5:13: "--gpu-memory-utilization=0.5" repeats --gpu-memory-utilization',
      );
    }
  });
});
