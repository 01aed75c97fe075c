import type { Catalogue, Engine, ProfileService } from '../../src/core/model/profile.ts';

/** An engine of the shape of a llama.cpp server. */
export function engineOf(name: string, over: Partial<Engine> = {}): Engine {
  return {
    name,
    image: `example/${name}:1`,
    port: 8080,
    command: ['--model', '{model}', '--alias', '{name}', '--port', '{port}'],
    environment: {},
    healthPath: '/health',
    modelsPath: '/v1/models',
    metricsPath: '/metrics',
    inFlightMetric: 'requests_processing',
    chatPath: '/v1/chat/completions',
    healthTest: ['CMD', 'curl', '-fsS', 'http://127.0.0.1:{port}/health'],
    stopGraceSeconds: 10,
    cachePath: null,
    ...over,
  };
}

/** A catalogue with the models `small` and `big`, and the given profiles and engines. */
export function catalogueOf(
  profiles: Readonly<Record<string, readonly ProfileService[]>>,
  engines: readonly (string | Engine)[] = ['llm'],
): Catalogue {
  const model = (name: string) => ({
    name,
    ref: `hf:org/${name}:${name}.gguf`,
    kind: 'chat' as const,
    license: 'apache-2.0',
    description: name,
  });
  const made = engines.map((engine) => (typeof engine === 'string' ? engineOf(engine) : engine));
  return {
    profiles: new Map(
      Object.entries(profiles).map(([name, services]) => [
        name,
        { name, description: `Profile ${name}`, services },
      ]),
    ),
    engines: new Map(made.map((engine) => [engine.name, engine])),
    models: new Map(['small', 'big'].map((name) => [name, model(name)])),
  };
}
