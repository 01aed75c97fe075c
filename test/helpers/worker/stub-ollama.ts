import { createServer, type IncomingMessage } from 'node:http';
import type { EngineTarget, TargetModel } from '../../../src/core/domain/worker-config.ts';
import { close, listen } from './coordinator.ts';

/** A configurable HTTP server that loads models like Ollama. */
export interface StubOllama extends AsyncDisposable {
  readonly target: EngineTarget;
  /** paths of the requests that load, unload or list models, with the model and keep_alive */
  readonly asked: readonly string[];
  /** bytes of a model on GPUs; the rest of its 1000 bytes is on the CPU */
  vramBytes: number;
  /** a load completes when this resolves */
  loading: Promise<void>;
  /** the response to a load instead of 200 */
  refusal: { readonly status: number; readonly error: string } | null;
  /** maximum number of loaded models */
  maxLoaded: number;
  /** unloads a model after each request without keep_alive */
  keepsNothing: boolean;
  stop(): Promise<void>;
  /** again on the same port, with nothing loaded */
  start(): Promise<void>;
}

interface Asked {
  readonly model: string;
  readonly keep_alive?: string | number;
}

const SIZE = 1000;

export async function startOllama(
  models: readonly (Pick<TargetModel, 'name'> & Partial<TargetModel>)[],
  on: 'gpu' | 'cpu' = 'gpu',
): Promise<StubOllama> {
  const asked: string[] = [];
  let held: readonly string[] = [];
  const embeds = new Set(models.filter(({ kind }) => kind === 'embedding').map(({ name }) => name));
  const load = async (path: string, { model, keep_alive: keep }: Asked) => {
    asked.push(keep === undefined ? `${path} ${model}` : `${path} ${model} ${keep}`);
    const weights = weightsOf(model);
    const resident = held.find((each) => weightsOf(each) === weights) ?? model;
    held = held.filter((each) => each !== resident);
    if (keep === 0) return { status: 200, body: {} };
    await ollama.loading;
    if (ollama.refusal !== null)
      return { status: ollama.refusal.status, body: { error: ollama.refusal.error } };
    if (path === '/api/generate' && embeds.has(model)) {
      return { status: 400, body: { error: `"${model}" does not support generate` } };
    }
    if (!ollama.keepsNothing || keep !== undefined) held = [resident, ...held].slice(0, ollama.maxLoaded);
    return { status: 200, body: { model, done: true, done_reason: 'load' } };
  };
  /** models with the same weights are loaded once, under the first name */
  const weightsOf = (name: string) => models.find((each) => each.name === name)?.weights ?? name;
  const listed = () => {
    asked.push('/api/ps');
    return { models: held.map((name) => ({ name, size: SIZE, size_vram: ollama.vramBytes })) };
  };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (path === '/api/version') response.end('{"version":"0.32.15"}');
    else if (path === '/v1/models')
      response.end(JSON.stringify({ data: models.map(({ name }) => ({ id: name })) }));
    else if (path === '/api/ps') response.end(JSON.stringify(listed()));
    else {
      const { status, body } = await load(path, JSON.parse(await textOf(request)) as Asked);
      response.writeHead(status).end(JSON.stringify(body));
    }
  });
  const port = await listen(server);
  const ollama: StubOllama = {
    target: {
      service: 'gpu-worker-ollama',
      engine: 'ollama',
      url: `http://127.0.0.1:${port}`,
      endpoint: 'http://127.0.0.1:11434',
      healthPath: '/api/version',
      modelsPath: '/v1/models',
      inFlight: null,
      loaded: { path: '/api/ps', on, together: true },
      models: models.map((model) => ({ ref: `ollama:${model.name}`, kind: 'chat', ...model })),
    },
    asked,
    vramBytes: on === 'gpu' ? SIZE : 0,
    loading: Promise.resolve(),
    refusal: null,
    maxLoaded: 9,
    keepsNothing: false,
    stop: () => close(server),
    async start() {
      held = [];
      await listen(server, port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
  return ollama;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
