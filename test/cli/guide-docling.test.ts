import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DOCLING_RELEASES } from '../../src/core/source/docling/releases.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { guideCommands, guideFiles } from '../helpers/files/guide-commands.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { startDoclingHub } from '../helpers/store/docling-fixture.ts';

vi.mock('../../src/core/source/docling/releases.ts', async (original) => {
  const { withTestHashes } = await import('../helpers/store/docling-hashes.ts');
  return withTestHashes(await original());
});

/** The other commands of the guide need Docker: test/faults/guides.test.ts runs them. */
const SECTIONS = ['Models', 'Only the models', 'Kubernetes'];

/** Follows sections of the guide, with /data/models in the directory `models`. Returns the directory. */
async function follow(sections: readonly string[]): Promise<string> {
  const hub = await startDoclingHub(DOCLING_RELEASES['2.143']!);
  const dir = tempFolder();
  const env = {
    HOME: dir,
    HF_ENDPOINT: hub.endpoint,
    MODELSCOPE_ENDPOINT: hub.endpoint,
    RMA_GITHUB_ENDPOINT: hub.endpoint,
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  };
  for (const section of sections) {
    writeTree(dir, guideFiles('docling.md', section));
    for (const args of guideCommands('docling.md', section)) {
      const here = args.map((arg) => arg.replace('/data/models', join(dir, 'models')));
      const { exitCode, stderr } = await runRma(here, { cwd: dir, env });
      expect([args, exitCode, exitCode === 0 ? '' : stderr]).toEqual([args, 0, '']);
    }
  }
  return dir;
}

test('[req D01 K8s] [req D08] [req D09] [req D12] every command of the guide for docling-serve that needs no Docker succeeds, in its order', async () => {
  const dir = await follow(SECTIONS);
  const commands = ['Start', ...SECTIONS].flatMap((section) => guideCommands('docling.md', section));
  expect(commands).toEqual(guideCommands('docling.md'));
  expect(readdirSync(join(dir, 'models/docling')).sort()).toEqual([
    'EasyOcr',
    'HuggingFaceTB--SmolVLM-256M-Instruct',
    'docling-project--CodeFormulaV2',
    'docling-project--DocumentFigureClassifier-v2.5',
    'docling-project--docling-layout-heron',
    'docling-project--docling-layout-heron-onnx',
    'docling-project--docling-models',
    'ibm-granite--granite-vision-3.3-2b',
  ]);
  const read = (name: string) => readFileSync(join(dir, 'k8s', name), 'utf8');
  expect(read('persistentvolumeclaim.yaml')).toContain('name: docling-model-cache-pvc');
  expect(existsSync(join(dir, '.rma/compose.yaml'))).toBe(false);
});
