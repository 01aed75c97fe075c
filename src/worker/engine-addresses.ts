import type { WorkerConfig } from '../core/domain/worker-config.ts';
import { EXIT, RmaError } from '../core/errors.ts';

/**
 * Returns the configuration with OLLAMA_URL as the URL of Ollama engines, if set: for an Ollama that runs elsewhere.
 * @throws RmaError RMA_OLLAMA_URL exit 2
 */
export function withOllamaUrl(config: WorkerConfig, env: NodeJS.ProcessEnv): WorkerConfig {
  const url = env['OLLAMA_URL'];
  if (url === undefined || url === '') return config;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new RmaError('RMA_OLLAMA_URL', `invalid OLLAMA_URL "${url}": not an http or https URL`, {
      exitCode: EXIT.usage,
      hint: 'use a URL such as http://host.docker.internal:11434',
    });
  }
  const engines = config.engines.map((engine) => (engine.engine === 'ollama' ? { ...engine, url } : engine));
  return { ...config, engines };
}
