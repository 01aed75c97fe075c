import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import type { Plain } from '../helpers/kubernetes/manifest-faults.ts';
import { bundleEntry } from '../helpers/process/bundle-entry.ts';
import { runProcess } from '../helpers/process/run-process.ts';
import { startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const FILE = 'qwen2.5-0.5b-instruct-q4_k_m.gguf';
const EXPORT = ['export', 'kubernetes', '--profile', 'cpu-worker', '--strategy', 'image'];

it('[req N03 K8s] pods accept an image of what the command at the top of the export downloads', async () => {
  const hub = await startHub({
    repos: { 'Qwen/Qwen2.5-0.5B-Instruct-GGUF': { files: { [FILE]: tinyGguf() } } },
  });
  onTestFinished(() => hub.close());
  const dir = tempFolder();
  const options = { cwd: dir, env: { HOME: dir, HF_ENDPOINT: hub.endpoint } };
  const { stdout, stderr } = await runRma(
    [...EXPORT, '--models-image', 'registry.example/models:1'],
    options,
  );
  expect(stderr).toMatch(/the image with the models has .* in one layer[^\n]*\n[^\n]*--strategy pvc/);
  const [, pull = ''] = /^# {3}rma (models pull .*)$/m.exec(stdout) ?? [];
  expect(await runRma(pull.split(' '), options)).toMatchObject({ exitCode: 0 });

  const [image, layer] = [tempFolder(), join(tempFolder(), 'layer.tar')];
  execFileSync('tar', ['--format=ustar', '-C', join(dir, 'models'), '-cf', layer, '.']);
  execFileSync('tar', ['-C', image, '-xf', layer]);
  const objects: readonly Plain[] = parseAllDocuments(stdout).map((document) => document.toJS());
  const engine = objects.find((each) => each?.metadata.name === 'cpu-worker-llamacpp');
  const [{ command }] = engine.spec.template.spec.initContainers;
  const config = join(dir, 'worker.json');
  writeFileSync(config, objects.find((each) => each?.kind === 'ConfigMap').data['worker.json']);
  const worker = await bundleEntry('worker', dir);
  const args = [worker, ...command.slice(1), config];
  const check = (store: string) =>
    runProcess(process.execPath, args, {
      MODEL_CACHE_DIR: store,
      LOG_FILE: '',
      HF_ENDPOINT: 'http://hub.invalid',
    });
  expect(await check(image)).toMatchObject({ code: 0, stderr: '' });
  expect(await check(tempFolder())).toMatchObject({ code: 3 });
});
