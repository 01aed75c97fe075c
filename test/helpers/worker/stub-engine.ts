import { createServer } from 'node:http';
import type { EngineTarget } from '../../../src/core/domain/worker-config.ts';
import { close, listen } from './coordinator.ts';
import { MODEL_REF } from './worker-config.ts';

/** A configurable HTTP server that responds like an engine. */
export interface StubEngine extends AsyncDisposable {
  readonly target: EngineTarget;
  healthy: boolean;
  /** accepts connections and never responds */
  hanging: boolean;
  names: readonly string[];
  requestsInFlight: number;
  stop(): Promise<void>;
  /** again on the same port */
  start(): Promise<void>;
}

export async function startEngine(service = 'cpu-worker-llamacpp', name = 'tiny'): Promise<StubEngine> {
  const server = createServer((request, response) => {
    if (engine.hanging) return;
    if (request.url === '/health') response.writeHead(engine.healthy ? 200 : 503).end();
    else if (request.url === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: engine.names.map((id) => ({ id })) }));
    } else response.end(`llamacpp:requests_processing ${engine.requestsInFlight}\n`);
  });
  const port = await listen(server);
  const engine: StubEngine = {
    target: {
      service,
      engine: 'llamacpp',
      url: `http://127.0.0.1:${port}`,
      endpoint: `http://127.0.0.1:1${service.length}`,
      healthPath: '/health',
      modelsPath: '/v1/models',
      inFlight: { path: '/metrics', metric: 'llamacpp:requests_processing' },
      loaded: null,
      models: [{ ref: MODEL_REF, name, kind: null }],
    },
    healthy: true,
    hanging: false,
    names: [name],
    requestsInFlight: 0,
    stop: () => close(server),
    async start() {
      await listen(server, port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
  return engine;
}
