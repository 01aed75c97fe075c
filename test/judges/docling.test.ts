import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DOCLING_RELEASES, type RepositoryPart } from '../../src/core/source/docling/releases.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { filesOf } from '../helpers/store/docling-fixture.ts';
import { filesIn } from '../helpers/store/ms-fixture.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { startHub } from '../hub/hub.ts';

const { models, defaults } = DOCLING_RELEASES['2.143']!;
/**
 * Names that docling-tools downloads from the test hub: all files in repositories, whose server can be set, and without
 * PyTorch, which it imports for tableformerv2.
 */
const NAMES = Object.keys(models).filter(
  (name) => name !== 'tableformerv2' && models[name]?.every(({ kind }) => kind === 'repository'),
);
const PARTS = NAMES.flatMap((name) => models[name] ?? []) as readonly RepositoryPart[];

/** Prints the names that docling-tools accepts, those it downloads by default, and the directories that docling reads. */
const NAMED = `
import json
from docling.cli.models import _AvailableModels, _default_models
from docling.models.stages.code_formula.code_formula_model import CodeFormulaModel
from docling.models.stages.ocr.easyocr_model import EasyOcrModel
from docling.models.stages.ocr.nemotron_ocr_model import nemotron_ocr_model_dir
from docling.models.stages.ocr.rapid_ocr_model import RapidOcrModel
from docling.models.stages.table_structure.table_structure_model import TableStructureModel
stages = [CodeFormulaModel, EasyOcrModel, RapidOcrModel, TableStructureModel]
print(json.dumps({
    'names': [name.value for name in _AvailableModels if not name.value.startswith('whisper')],
    'defaults': [name.value for name in _default_models],
    'directories': [nemotron_ocr_model_dir(), *(stage._model_repo_folder for stage in stages)],
}))
`;

/** Locates the models of repositories in a directory, as the engines of docling do. */
const LOCATE = `
import json, sys
from docling.models.inference_engines.vlm._utils import resolve_model_artifacts_path
def download(*_): raise SystemExit('a download')
print(json.dumps([str(resolve_model_artifacts_path(repo, 'main', sys.argv[1], download)) for repo in sys.argv[2:]]))
`;

it('[req D09] [req D11] [req T20] the names and defaults of the release are those of docling-tools', async () => {
  const { stdout } = await runJudge('docling', ['python', '-c', NAMED], { HOME: judgeHome() });
  const { names, defaults: own, directories } = JSON.parse(stdout);
  expect(Object.keys(models)).toEqual(names);
  expect(defaults).toEqual(own);
  const written = Object.values(models)
    .flat()
    .map((part) => (part.kind === 'repository' ? part.repo.replace('/', '--') : part.directory));
  expect(written).toEqual(expect.arrayContaining(directories));
});

it('[req D08] [req D12] [req T20] docling-tools and rma write the same files of repositories, and docling finds each directory', async () => {
  const repos = Object.fromEntries(
    PARTS.map(({ repo, revision }) => {
      const files = filesOf(repo);
      return [repo, { files, revisions: { [revision]: { files, kind: 'tag' as const } } }];
    }),
  );
  const hub = await startHub({ repos });
  onTestFinished(() => hub.close());
  const home = judgeHome();
  const theirs = join(home, 'models');
  const download = ['docling-tools', 'models', 'download', '--output-dir', theirs, ...NAMES] as const;
  const env = { HOME: home, HF_ENDPOINT: hub.endpoint, HF_HOME: join(home, 'hf') };
  expect(await runJudge('docling', download, env)).toMatchObject({ code: 0 });

  const root = judgeHome();
  const fetcher = testFetcher(root, hub.endpoint);
  const pinned = await Promise.all(NAMES.map((name) => fetcher.resolve(`docling:${name}`)));
  for (const { state } of await fetcher.fetch(pinned)) expect(state).toBe('present');
  const ours = join(root, 'docling');
  expect(contentsOf(ours)).toEqual(contentsOf(theirs));
  expect(readdirSync(ours)).toHaveLength(14);

  const found = await runJudge(
    'docling',
    ['python', '-c', LOCATE, ours, ...PARTS.map(({ repo }) => repo)],
    env,
  );
  expect(JSON.parse(found.stdout)).toEqual(PARTS.map(({ repo }) => join(ours, repo.replace('/', '--'))));
});

/** Returns the content of each file, without the records of the hub client. */
function contentsOf(folder: string): Readonly<Record<string, string>> {
  const paths = filesIn(folder).filter((path) => !path.includes('/.cache/'));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
}
