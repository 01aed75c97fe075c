import type { ComposeService } from './compose-model.ts';

const PULL = /\bollama\s+(?:pull|run)\s+([\w.-][\w./:-]*)/g;

/** Returns the models that the services pull for Ollama, each once. */
export function pulledModels(services: readonly ComposeService[]): readonly string[] {
  return [...new Set(services.flatMap(pulls))];
}

/** Returns whether a service only pulls models for the Ollama of another one. */
export function isPuller(service: ComposeService, services: readonly ComposeService[]): boolean {
  return (
    pulls(service).length > 0 &&
    services.some((each) => each !== service && isOllama(each) && pulls(each).length === 0)
  );
}

function isOllama({ image }: ComposeService): boolean {
  return /(?:^|\/)ollama(?:[:@]|$)/.test(image?.value ?? '');
}

function pulls({ entrypoint, command }: ComposeService): readonly string[] {
  const line = [...entrypoint, ...command].map(({ value }) => value).join(' ');
  return [...line.matchAll(PULL)].map(([, model = '']) => model);
}
