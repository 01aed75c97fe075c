import type { WorkerConfig } from '../core/domain/worker-config.ts';
import { EXIT, RmaError } from '../core/errors.ts';

/**
 * The configuration with Ollama engines probed at OLLAMA_URL, where that is set: for a worker whose Ollama runs elsewhere.
 * @throws RmaError RMA_OLLAMA_URL (2)
 */
export function withOllamaUrl(config: WorkerConfig, env: NodeJS.ProcessEnv): WorkerConfig {
  const url = env['OLLAMA_URL'];
  if (url === undefined || url === '') return config;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new RmaError('RMA_OLLAMA_URL', `OLLAMA_URL is "${url}", not an http or https address`, {
      exitCode: EXIT.usage,
      hint: 'set it like http://host.docker.internal:11434',
    });
  }
  const engines = config.engines.map((engine) => (engine.engine === 'ollama' ? { ...engine, url } : engine));
  return { ...config, engines };
}
