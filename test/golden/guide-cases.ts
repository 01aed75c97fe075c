import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig } from '../../src/core/config/resolve-config.ts';
import type { PinnedModel } from '../../src/core/domain/pinned-model.ts';
import type { PlacedDevice, ServicePlacement } from '../../src/core/domain/placement.ts';
import { choosePorts } from '../../src/core/fleet/choose-ports.ts';
import type { FleetInput } from '../../src/core/fleet/fleet-input.ts';
import { buildCatalog } from '../../src/core/profile/build-catalog.ts';
import type { DataFile } from '../../src/core/profile/data-file.ts';
import { selectServices } from '../../src/core/profile/select-services.ts';
import { huggingface } from '../../src/core/source/huggingface.ts';
import { huggingfacePlain } from '../../src/core/source/huggingface-plain.ts';
import { parseModelRef } from '../../src/core/source/parse-ref.ts';
import { url } from '../../src/core/source/url.ts';
import { withFile } from '../helpers/builders/config-sources.ts';
import { fleetInputOf } from '../helpers/builders/render-builders.ts';

const GIB = 2 ** 30;

/** Contains the profiles and engines that rma ships. */
const DATA_DIRECTORY = join(import.meta.dirname, '../..');

/** The GPUs of the hosts in the guide. */
export const GPUS: readonly PlacedDevice[] = [0, 1, 2].map((index) => ({
  uuid: `GPU-0000000${index}-1111-2222-3333-444444444444`,
  index,
  name: 'NVIDIA GeForce RTX 4090',
  kind: 'gpu',
  totalBytes: 24 * GIB,
  computeCapability: '8.9',
}));

const MODELS = `
mistral-7b: { ref: "hf:mistralai/Mistral-7B-Instruct-v0.2", kind: chat }
minilm: { ref: "hf:sentence-transformers/all-MiniLM-L6-v2", kind: embedding }
llava-7b: { ref: "ollama:llava:7b", kind: vision }
nomic: { ref: "ollama:nomic-embed-text", kind: embedding }
qwen: { ref: "hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf", kind: chat }
gemma-2-2b-it:
  ref: https://huggingface.co/lmstudio-community/gemma-2-2b-it-GGUF/resolve/main/gemma-2-2b-it-Q4_K_M.gguf#as=gemma-2-2b-it.Q4_K_M.gguf
  sets: [starter]
  kind: chat
llama-2-7b-chat:
  ref: https://huggingface.co/TheBloke/Llama-2-7B-Chat-GGUF/resolve/main/llama-2-7b-chat.Q4_K_M.gguf
  sets: [starter]
  kind: chat
`;

const OWN_ENGINE = `image: registry.example/nlocalmodels:1.0.0
port: 11434
reads: [url]
command: []
environment: { MODEL_PATH: "{models_dir}" }
models_mount: /app/models
health_path: /health
models_path: /v1/models
health_test: [CMD, curl, --fail, "http://127.0.0.1:{port}/health"]
`;

const VLLM = 'description: Text\nservices:\n  - { engine: vllm, models: [mistral-7b] }\n';
const EMBEDDING = 'description: Embeddings\nservices:\n  - { engine: tei, models: [minilm] }\n';
const GPU_WORKER = 'description: Vision\nservices:\n  - { engine: ollama, models: [llava-7b, nomic] }\n';
const CPU_WORKER = 'description: Small\nservices:\n  - { engine: llamacpp, models: [qwen], gpus: 0 }\n';
const OCR = 'description: OCR\nservices:\n  - { engine: ollama, models: [llava-7b] }\n';

/** Weights, cache and overhead, the number of GPUs and the first one. */
interface Stands {
  readonly on: readonly number[];
  readonly need: readonly [weights: number, kv: number, overhead: number];
  readonly exclusive?: boolean;
}

const MISTRAL: Stands = { on: [0], need: [13.5, 4, 2] };
const MINILM: Stands = { on: [1], need: [0.1, 0.2, 1] };
const LLAVA: Stands = { on: [1], need: [4.4, 2, 1] };

interface Guide {
  readonly name: string;
  /** the user's rma.yaml */
  readonly settings: string;
  /** the user's profiles/, by name */
  readonly profiles: Readonly<Record<string, string>>;
  /** the user's engines/, by name */
  readonly engines?: Readonly<Record<string, string>>;
  /** service → its GPUs; other services run on the CPU */
  readonly stands: Readonly<Record<string, Stands>>;
}

const DATA = 'volumes: { store: "host:/data/ai-models" }\n';

/** The setups of the model guide, with its mistakes fixed. */
const GUIDES: readonly Guide[] = [
  {
    name: 'guide-development',
    settings: 'project: rma-demo\nprofiles: [vllm]\nvolumes: { store: "named:model_cache" }\n',
    profiles: { vllm: VLLM },
    stands: { 'vllm-vllm': MISTRAL },
  },
  {
    name: 'guide-production',
    settings: `project: rma-demo\nprofiles: [vllm, embedding, gpu-worker]\n${DATA}`,
    profiles: { vllm: VLLM, embedding: EMBEDDING, 'gpu-worker': GPU_WORKER },
    stands: { 'vllm-vllm': MISTRAL, 'embedding-tei': MINILM, 'gpu-worker-ollama': LLAVA },
  },
  {
    name: 'guide-two-gpus',
    settings: `project: rma-demo\nprofiles: [vllm, ocr]\n${DATA}`,
    profiles: {
      vllm: VLLM.replace(' }', ', gpus: ["0"] }'),
      ocr: OCR.replace(' }', ', gpus: ["1"], memory: 12GiB, memory_reservation: 6GiB }'),
    },
    stands: { 'vllm-vllm': MISTRAL, 'ocr-ollama': LLAVA },
  },
  {
    name: 'guide-hybrid',
    settings: `project: rma-demo\nprofiles: [vllm, cpu-worker]\n${DATA}`,
    profiles: { vllm: VLLM, 'cpu-worker': CPU_WORKER },
    stands: { 'vllm-vllm': MISTRAL },
  },
  {
    name: 'guide-single-gpu',
    settings: 'project: rma-demo\nprofiles: [vllm]\n',
    profiles: { vllm: VLLM.replace(' }', ', memory: 12GiB, memory_reservation: 8GiB }') },
    stands: { 'vllm-vllm': MISTRAL },
  },
  {
    // The guide gives all GPUs to vLLM and one of them to OCR as well: two for vLLM, a third for OCR.
    name: 'guide-multi-gpu',
    settings: 'project: rma-demo\nprofiles: [vllm, ocr]\n',
    profiles: { vllm: VLLM.replace(' }', ', gpus: 2, exclusive: true }'), ocr: OCR },
    stands: {
      'vllm-vllm': { on: [0, 1], need: [13.5, 25.5, 2], exclusive: true },
      'ocr-ollama': { ...LLAVA, on: [2] },
    },
  },
  {
    // The guide mounts with nolock and soft.
    name: 'guide-nfs',
    settings:
      'project: rma-demo\nprofiles: [vllm]\nvolumes:\n  store: nfs:192.168.1.100:/exports/ai-models\n  cache: host:/data/rma-cache\n',
    profiles: { vllm: VLLM },
    stands: { 'vllm-vllm': MISTRAL },
  },
  {
    // A server that scans a directory of GGUF files: the engine that rma ships, and one of the user's own.
    name: 'guide-gguf',
    settings: `project: nlocalmodels\nprofiles: [gguf, own]\n${DATA}`,
    profiles: {
      gguf: 'description: GGUF\nservices:\n  - { engine: llamacpp-router, models: ["set:starter"], gpus: 0 }\n',
      own: 'description: GGUF\nservices:\n  - { engine: nlocalmodels, models: ["set:starter"], gpus: 0 }\n',
    },
    engines: { nlocalmodels: OWN_ENGINE },
    stands: {},
  },
  {
    // The guide mounts the directory of the tokenizers at /app/models.
    name: 'guide-tokenizer',
    settings: 'project: tokenizers\nprofiles: [tokenizer]\nvolumes: { store: "host:/data/model-cache" }\n',
    profiles: { tokenizer: readFileSync(join(DATA_DIRECTORY, 'profiles/tokenizer.yaml'), 'utf8') },
    stands: {},
  },
];

export const GUIDE_CASES = GUIDES.map((guide) => ({ name: guide.name, input: () => guideInput(guide) }));

/** Returns the input of a setup as in `rma up`; existing ports are kept. */
function guideInput({ settings, profiles, engines = {}, stands }: Guide): FleetInput {
  const { config } = resolveConfig(withFile(settings, '/srv/rma-demo'));
  const selection = selectServices(catalogWith(profiles, engines), config.profiles);
  return fleetInputOf({
    config,
    selection,
    placement: new Map(Object.entries(stands).map(([service, each]) => [service, placed(service, each)])),
    pinned: new Map(selection.refs.map((ref) => [ref, pinned(ref)])),
    ports: choosePorts({ selection, config, taken: new Set([11434]), kept: new Map() }),
  });
}

function placed(service: string, { on, need, exclusive = false }: Stands): ServicePlacement {
  const [weightsBytes = 0, kvBytes = 0, overheadBytes = 0] = need.map((size) => Math.round(size * GIB));
  return {
    service,
    devices: GPUS.filter(({ index }) => on.includes(index)),
    bytesPerGpu: Math.ceil((weightsBytes + kvBytes) / on.length) + overheadBytes,
    kvBytesPerGpu: Math.ceil(kvBytes / on.length),
    exclusive,
    need: { weightsBytes, kvBytes, overheadBytes, basis: 'header' },
  };
}

function catalogWith(profiles: Readonly<Record<string, string>>, engines: Readonly<Record<string, string>>) {
  const folder = join(DATA_DIRECTORY, 'compose/engines');
  const engine = (name: string): DataFile => {
    const file = join(folder, `${name}.yaml`);
    return { kind: 'engine', name, file, text: readFileSync(file, 'utf8') };
  };
  return buildCatalog([
    ...['vllm', 'ollama', 'llamacpp', 'llamacpp-router', 'llm-d-tokenizer', 'tei'].map(engine),
    ...Object.entries(engines).map(
      ([name, text]): DataFile => ({ kind: 'engine', name, file: `engines/${name}.yaml`, text }),
    ),
    { kind: 'models', name: 'models', file: 'profiles/models.yaml', text: MODELS },
    ...Object.entries(profiles).map(
      ([name, text]): DataFile => ({ kind: 'profile', name, file: `profiles/${name}.yaml`, text }),
    ),
  ]);
}

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const SIZES: Readonly<Record<string, number>> = {
  'mistralai/Mistral-7B-Instruct-v0.2': 14_483_498_016,
  'sentence-transformers/all-MiniLM-L6-v2': 90_868_376,
};

function pinned(text: string): PinnedModel {
  const ref = parseModelRef(text);
  const digest = { algorithm: 'sha256', hex: 'ab'.repeat(32) } as const;
  if (ref.source === 'ollama') {
    const { namespace, model, tag } = ref;
    return {
      source: 'ollama',
      ref: text,
      registry: 'registry.ollama.ai',
      namespace,
      model,
      tag,
      manifest: '{"schemaVersion":2}',
      files: [{ path: `sha256-${digest.hex}`, bytes: 4_109_853_248, digest }],
    };
  }
  if (ref.source === 'url') {
    const whole = url.part(url.parse(text), { files: [], commit: null, manifest: null });
    if (whole === null) throw new Error(`${text} has no files`);
    return { ...whole, files: whole.files.map(({ path }) => ({ path, bytes: 1_708_582_752, digest })) };
  }
  if (ref.source === 'plain') {
    const files = ['config.json', 'tokenizer.json'].map((path) => ({ path, bytes: 596, digest }));
    const whole = huggingfacePlain.part(huggingface.parse(text), { files, commit: COMMIT, manifest: null });
    if (whole === null) throw new Error(`${text} has no commit`);
    return whole;
  }
  if (ref.source !== 'hf') throw new Error(`no such model in the guides: ${text}`);
  const { repo, revision, pattern } = huggingface.parse(text);
  const weights = pattern ?? 'model.safetensors';
  const config = { path: 'config.json', bytes: 596, digest };
  return {
    source: 'hf',
    ref: text,
    repo,
    revision,
    commit: COMMIT,
    complete: pattern === null,
    files: [
      ...(pattern === null ? [config] : []),
      { path: weights, bytes: SIZES[repo] ?? 491_400_032, digest },
    ],
  };
}
