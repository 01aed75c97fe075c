import { describe, expect, it } from 'vitest';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();

function skipped(text: string): readonly string[] {
  const files = readCompose([{ text, file: 'c.yml' }], { shell: {}, envFile: null });
  const { notices } = convertCompose({ files, catalog, names: ['c.yml'], store: null, base: null });
  return notices.flatMap(({ kind, where, message }) => (kind === 'skipped' ? [`${where}: ${message}`] : []));
}

describe('what a conversion leaves out', () => {
  it('is listed with line and column', () => {
    const text = `include: [other.yml]
services:
  chat:
    image: vllm/vllm-openai:v0.27.1
    command: [org/small]
    env_file: .env.vllm
    extends: { file: base.yml, service: vllm }
    networks: [inner]
    cap_add: [SYS_ADMIN]
    x-note: mine
    restart: always
    deploy: { replicas: 2, restart_policy: { condition: any } }
    volumes:
      - models:/models
      - /var/run/docker.sock:/var/run/docker.sock
      - ./certs:/etc/ssl/certs:ro
      - ./cache:/home/me/.cache/huggingface
`;
    expect(skipped(text)).toEqual([
      expect.stringMatching(/^c\.yml:1:1: include: .*--from-compose/),
      expect.stringMatching(/^c\.yml:6:5: env_file of chat: /),
      expect.stringMatching(/^c\.yml:7:5: extends of chat: .*docker compose config/),
      expect.stringMatching(/^c\.yml:8:5: networks of chat: /),
      'c.yml:9:5: cap_add of chat: rma has no such setting',
      expect.stringMatching(/^c\.yml:12:15: deploy\.replicas of chat: set replicas /),
      expect.stringMatching(/^c\.yml:15:9: \/var\/run\/docker\.sock of chat: .*control of the host/),
      expect.stringMatching(/^c\.yml:16:9: \.\/certs:\/etc\/ssl\/certs of chat: .*extra_volumes/),
    ]);
  });

  it('includes replicas, placement, and limits other than memory', () => {
    const text = `services:
  chat:
    image: vllm/vllm-openai:v0.27.1
    command: [org/small]
    scale: 4
    deploy:
      replicas: 4
      placement: { constraints: [a] }
      resources:
        limits: { cpus: "2", pids: 4, memory: 4g }
        reservations: { cpus: "1", memory: 2g, devices: [{ count: 1 }], generic_resources: [] }
`;
    expect(skipped(text)).toEqual([
      expect.stringMatching(/^c\.yml:5:5: scale of chat: set replicas /),
      expect.stringMatching(/^c\.yml:7:7: deploy\.replicas of chat: set replicas /),
      'c.yml:8:7: deploy.placement of chat: rma has no such setting',
      'c.yml:10:19: deploy.resources.limits.cpus of chat: rma has no such setting',
      'c.yml:10:30: deploy.resources.limits.pids of chat: rma has no such setting',
      'c.yml:11:25: deploy.resources.reservations.cpus of chat: rma has no such setting',
      expect.stringMatching(/^c\.yml:11:\d+: deploy\.resources\.reservations\.generic_resources of chat: /),
    ]);
  });

  it.each([
    ['vllm/vllm-openai:v0.27.1', '--model org/small --served-model-name alias'],
    ['ghcr.io/ggml-org/llama.cpp:server', '-hf org/small --alias alias'],
    ['ghcr.io/huggingface/text-embeddings-inference:1.8', '--model-id org/small --served-model-name alias'],
  ])('includes the name of the model for clients in %s', (image, command) => {
    const text = `services:\n  chat:\n    image: ${image}\n    command: ${command}\n`;
    expect(skipped(text)).toEqual([
      expect.stringMatching(/^c\.yml:4:14: served name alias: .*profiles\/models\.yaml/),
    ]);
  });

  it('includes all names for clients', () => {
    const text = `services:
  chat:
    image: vllm/vllm-openai:v0.27.1
    command: --model org/small --served-model-name one two --enforce-eager
`;
    expect(skipped(text)).toEqual([expect.stringContaining('served name one two: ')]);
    const files = readCompose([{ text, file: 'c.yml' }], { shell: {}, envFile: null });
    const project = convertCompose({ files, catalog, names: ['c.yml'], store: null, base: null });
    expect(project.files.get('profiles/chat.yaml')).toContain('flags:\n      - --enforce-eager\n');
  });

  it('does not include a name for clients that the model has in rma too', () => {
    const text = `services:
  chat:
    image: vllm/vllm-openai:v0.27.1
    command: --model org/small --served-model-name org/small
`;
    expect(skipped(text)).toEqual([]);
  });

  it('includes a range of ports, and the next port is published', () => {
    const text = `services:
  chat:
    image: vllm/vllm-openai:v0.27.1
    command: [org/small]
    ports: ["127.0.0.1:8000-8010:8000", "127.0.0.1:9000:8000"]
`;
    expect(skipped(text)).toEqual([
      expect.stringMatching(/^c\.yml:5:13: ports 127\.0\.0\.1:8000-8010:8000 of chat: /),
    ]);
    const files = readCompose([{ text, file: 'c.yml' }], { shell: {}, envFile: null });
    const project = convertCompose({ files, catalog, names: ['c.yml'], store: null, base: null });
    expect(project.files.get('rma.yaml')).toContain('ports:\n  chat-vllm: 9000\n');
  });

  it('includes the variables of a worker that rma has no setting for', () => {
    const text = `services:
  gpu-worker:
    build: ./worker-containers/gpu-worker
    environment:
      WORKER_TYPE: gpu-worker
      MODEL_CACHE_DIR: /models
      MIN_GPU_MEMORY_GB: 8
      QUEUE_URL: redis://queue:6379
      QUEUE_PASSWORD: hunter2
`;
    expect(skipped(text)).toEqual([
      'c.yml:7:7: MIN_GPU_MEMORY_GB of gpu-worker: set gpu.min_memory in rma.yaml',
      expect.stringMatching(/^c\.yml:8:7: QUEUE_URL of gpu-worker: .*docs\/engines\.md/),
    ]);
  });

  it('includes the service that an unknown service extends', () => {
    const text = `services:
  vllm: { image: vllm/vllm-openai:v0.27.1, command: [org/small] }
  other:
    extends: { file: base.yml, service: vllm }
`;
    expect(skipped(text)).toEqual([
      expect.stringMatching(/^c\.yml:3:3: other /),
      expect.stringMatching(/^c\.yml:4:5: extends of other: /),
    ]);
  });
});
