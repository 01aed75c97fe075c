import type { Engine } from '../domain/profile.ts';
import { containsSecret } from '../redact.ts';
import type { Conflict } from '../schema/conflicts.ts';
import { isSecretFlag, isSecretName } from './secret-name.ts';
import type { ServiceFile } from './service-schema.ts';

const HUB_TOKEN = /(?:^|\W|_)(?:hf|hugging_?face|modelscope)[-_]/i;

type ApiKey = Pick<Engine, 'apiKey'>;

/**
 * Returns conflicts for the flags and variables of a service that look like secrets: they would be written to Compose files
 * and manifests, and `docker inspect` shows them. No message contains a value.
 */
export function secretConflicts(
  engine: ApiKey,
  { flags, environment }: Partial<ServiceFile>,
): readonly Conflict[] {
  return [
    ...(flags ?? []).flatMap((item, index) => {
      const what = secretFlag(item);
      return what === null ? [] : [{ path: ['flags', index], message: messageFor(engine, what, item) }];
    }),
    ...Object.entries(environment ?? {}).flatMap(([name, value]) => {
      const what = secretVariable(name, value);
      const text = `${name} ${value}`;
      return what === null ? [] : [{ path: ['environment', name], message: messageFor(engine, what, text) }];
    }),
  ];
}

function secretFlag(item: string): string | null {
  const name = /^\s*(--?[A-Za-z][\w-]*)(?:[=\s]|$)/.exec(item)?.[1] ?? null;
  if (name !== null && isSecretFlag(name)) return JSON.stringify(name);
  if (!containsSecret(item)) return null;
  return name === null ? 'a value in "flags"' : `the value of ${JSON.stringify(name)}`;
}

function secretVariable(name: string, value: string): string | null {
  if (isSecretName(name)) return name;
  return containsSecret(value) ? `the value of ${name}` : null;
}

function messageFor({ apiKey }: ApiKey, what: string, text: string): string {
  return `${what} looks like a secret, which docker inspect would show; ${instead()}`;

  function instead(): string {
    if (HUB_TOKEN.test(text)) return 'set "hub.token_file" in rma.yaml: rma downloads the models';
    return apiKey === undefined
      ? 'set it in a file that the engine reads'
      : 'set "api_key_file" of the service in rma.yaml';
  }
}
