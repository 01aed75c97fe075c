import {
  type ExportFormat,
  explainKubernetes,
  exportKubernetes,
  type KubernetesExport,
  type KubernetesRequest,
} from '../../../src/app/export/export-kubernetes.ts';
import type { KubernetesSettings, RmaConfig } from '../../../src/core/domain/config.ts';
import type { ModelRef } from '../../../src/core/domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import type { Catalog } from '../../../src/core/domain/profile.ts';
import { EXIT, RmaError } from '../../../src/core/errors.ts';
import type { Explanation } from '../../../src/core/kubernetes/explain-strategies.ts';
import type { HelperPod } from '../../../src/core/kubernetes/kubernetes-input.ts';
import { bundleOf, type DoclingRef } from '../../../src/core/source/docling/reference.ts';
import type { DoclingPart } from '../../../src/core/source/docling/releases.ts';
import type { PinnedDoclingModel } from '../../../src/core/source/docling.ts';
import { huggingfacePlain } from '../../../src/core/source/huggingface-plain.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import type { RepositoryRef } from '../../../src/core/source/repository.ts';
import { url } from '../../../src/core/source/url.ts';
import type { Invocation } from '../../../src/ports/invocation.ts';
import { configOf, pinnedFile } from '../builders/render-builders.ts';
import { shippedCatalog } from '../builders/shipped-catalog.ts';
import { FakeHost } from '../host/fake-host.ts';
import { type FakeInvocation, fakeInvocation } from '../host/fake-invocation.ts';
import { sourceOf } from '../host/source-of.ts';

export interface ExportCase {
  readonly profiles: readonly string[];
  /** beyond the defaults */
  readonly kubernetes?: Partial<KubernetesSettings>;
  readonly config?: Partial<RmaConfig>;
  readonly catalog?: Catalog;
  readonly allowHostPath?: boolean;
  readonly format?: ExportFormat;
  readonly nodeGroup?: string;
  readonly helpers?: readonly HelperPod[];
  readonly environment?: Readonly<Record<string, string>>;
  /** changes what the hub answers */
  readonly pinned?: (model: PinnedModel) => PinnedModel;
}

/** Sizes of the weights of repositories and Ollama models; those of other files are small. */
const SIZES: Readonly<Record<string, number>> = {
  'hf:mistralai/Mistral-7B-Instruct-v0.2': 14_483_498_016,
  'hf:TheBloke/Mistral-7B-Instruct-v0.2-GPTQ': 4_158_662_096,
  'hf:sentence-transformers/all-MiniLM-L6-v2': 90_868_376,
  'ollama:llava:7b': 4_733_363_377,
  'ollama:llava:13b': 8_011_256_494,
  'ollama:llava:34b': 20_166_497_526,
  'ollama:nomic-embed-text': 274_302_450,
};

/** Returns the export of a project, with hubs that have every model. */
export async function exportOf(each: ExportCase): Promise<KubernetesExport & Pick<FakeInvocation, 'events'>> {
  const { request, invocation } = projectOf(each);
  return { ...(await exportKubernetes(new FakeHost(), invocation, request)), events: invocation.events };
}

/** Returns the comparison of the strategies for a project. */
export async function explanationOf(each: ExportCase, bytesPerSecond: number): Promise<Explanation> {
  const { request, invocation } = projectOf(each);
  return explainKubernetes(new FakeHost(), invocation, { ...request, bytesPerSecond });
}

/** Returns the request and the invocation of a project, with hubs that have every model. */
export function projectOf(each: ExportCase): {
  readonly request: KubernetesRequest;
  readonly invocation: FakeInvocation;
} {
  const { profiles, kubernetes = {}, config = {}, catalog = shippedCatalog(), allowHostPath = false } = each;
  const base = configOf({ profiles: [...profiles], ...config });
  const request: KubernetesRequest = {
    config: { ...base, kubernetes: { ...base.kubernetes, ...kubernetes } },
    profiles: [],
    refresh: false,
    allowHostPath,
    format: each.format ?? 'manifests',
    nodeGroup: each.nodeGroup ?? null,
    helpers: new Set(each.helpers),
  };
  const over: Partial<Invocation> = {
    sources: sourcesOf(each.pinned ?? ((model) => model)),
    ranges: { read: noHeaders },
    environment: each.environment ?? {},
  };
  return { request, invocation: fakeInvocation(catalog, over) };
}

function sourcesOf(change: (model: PinnedModel) => PinnedModel): Invocation['sources'] {
  const locate = () => ({ url: 'https://hub.example', authorization: null });
  return [
    { ...sourceOf('hf', async (ref) => change(pinnedHf(formatModelRef(ref)))), locate },
    { ...sourceOf('plain', async (ref) => change(pinnedPlain(ref))), locate },
    { ...sourceOf('url', async (ref) => change(pinnedUrl(formatModelRef(ref)))), locate },
    { ...sourceOf('ollama', async (ref) => change(pinnedOllama(formatModelRef(ref)))), locate },
    { ...sourceOf('docling', async (ref) => change(pinnedDocling(ref as DoclingRef))), locate },
  ];
}

/** GPU memory then follows from the sizes of files. */
async function noHeaders(): Promise<never> {
  throw new RmaError('RMA_HUB_NOT_FOUND', 'no such file', { exitCode: EXIT.failed });
}

function pinnedHf(ref: string): PinnedModel {
  if (ref.endsWith('.gguf')) {
    const [file] = pinnedFile(ref).files;
    return pinnedFile(ref, { files: file === undefined ? [] : [{ ...file, bytes: 491_400_032 }] });
  }
  const digest = { algorithm: 'sha256', hex: 'ab'.repeat(32) } as const;
  const files = [
    { path: 'config.json', bytes: 596, digest: { ...digest, hex: 'cd'.repeat(32) } },
    { path: 'model.safetensors', bytes: SIZES[ref] ?? 1_000_000_000, digest },
  ];
  return pinnedFile(ref, { complete: true, files });
}

function pinnedPlain(ref: ModelRef): PinnedModel {
  const files = ['config.json', 'tokenizer.json'].map((path) => ({ path, bytes: 7_000_000, digest: null }));
  return whole(
    huggingfacePlain.part(ref as RepositoryRef, { files, commit: 'ab'.repeat(20), manifest: null }),
  );
}

function pinnedUrl(ref: string): PinnedModel {
  const model = whole(url.part(url.parse(ref), { files: [], commit: null, manifest: null }));
  return { ...model, files: model.files.map((file) => ({ ...file, bytes: 4_081_004_224 })) };
}

function whole(model: PinnedModel | null): PinnedModel {
  if (model === null) throw new Error('the parts are not enough for a model');
  return model;
}

function pinnedOllama(ref: string): PinnedModel {
  const [, model = '', tag = 'latest'] = ref.split(':');
  const hex = Buffer.from(ref).toString('hex').padEnd(64, '0').slice(0, 64);
  const digest = { algorithm: 'sha256', hex } as const;
  return {
    source: 'ollama',
    ref,
    registry: 'registry.ollama.ai',
    namespace: 'library',
    model,
    tag,
    manifest: '{"schemaVersion":2}',
    files: [{ path: `sha256-${hex}`, bytes: SIZES[ref] ?? 2_000_000_000, digest }],
  };
}

/** The models of docling with the hashes of its release, each repository with one file. */
function pinnedDocling(ref: DoclingRef): PinnedDoclingModel {
  const { release, parts } = bundleOf(ref);
  const repositories = parts.flatMap((part) => {
    if (part.kind !== 'repository') return [];
    return [[part.repo.replace('/', '--'), { repo: part.repo, commit: 'ab'.repeat(20) }] as const];
  });
  const urls = parts.flatMap((part) => (part.kind === 'file' ? [[pathOf(part), part.url] as const] : []));
  return {
    source: 'docling',
    ref: formatModelRef(ref),
    release,
    complete: true,
    repositories: Object.fromEntries(repositories),
    urls: Object.fromEntries(urls),
    archives: {},
    files: parts.map((part) => ({
      path: pathOf(part),
      bytes: 200_000_000,
      digest: digestOf(part),
    })),
  };
}

function pathOf(part: DoclingPart): string {
  if (part.kind === 'repository') return `${part.repo.replace('/', '--')}/model.safetensors`;
  return part.kind === 'archive'
    ? `${part.directory}/${part.file}`
    : `${part.directory}/${part.url.split('/').at(-1)}`;
}

function digestOf(part: DoclingPart): PinnedFile['digest'] {
  if (part.kind === 'archive') return { algorithm: 'md5', hex: part.md5 };
  const known = part.kind === 'file' ? part.sha256 : 'ef'.repeat(32);
  return known === null ? null : { algorithm: 'sha256', hex: known };
}
