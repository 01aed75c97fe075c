import { canonicalJson } from '../canonical-json.ts';
import type { ObservedContainer } from '../domain/observed.ts';
import { LABEL } from '../labels.ts';
import { isObject } from '../schema/issue.ts';
import { readYaml } from '../yaml/read-yaml.ts';

/** Returns why a container is recreated: which keys of its service in the Compose file differ, as far as that is known. */
export type DefinitionChange = (container: Pick<ObservedContainer, 'service' | 'configHash'>) => string;

type Mapping = Readonly<Record<string, unknown>>;

/** Sections whose entries are named: a variable is more precise than `environment`. */
const OPENED: ReadonlySet<string> = new Set(['environment', 'labels']);

/** Differs whenever anything else does. */
const IGNORED = `labels.${LABEL.configHash}`;

/** More keys than these are counted only. */
const SHOWN = 6;

/**
 * Compares a generated Compose file with the one to write, once it is needed. The definition of a container is known if
 * the file has its hash: an interrupted `up` may have written a newer file.
 */
export function definitionChanges(before: string | null, after: string): DefinitionChange {
  let files: readonly [before: Mapping, after: Mapping] | null = null;
  return ({ service, configHash }) => {
    files ??= [parsed(before ?? ''), parsed(after)];
    const [was, becomes] = files.map((file) => definitionOf(file, service));
    if (was === undefined || becomes === undefined || was[IGNORED] !== configHash)
      return 'its definition changed';
    const keys = [...new Set([...Object.keys(was), ...Object.keys(becomes)])]
      .filter(
        (key) => key !== IGNORED && canonicalJson(was[key] ?? null) !== canonicalJson(becomes[key] ?? null),
      )
      .sort();
    return keys.length === 0 ? 'its definition changed' : `its definition changed: ${listed(keys)}`;
  };
}

function parsed(text: string): Mapping {
  return mappingOf(readYaml({ text, file: 'compose.yaml' }).value);
}

/** Returns the keys of a service and of its inline configuration, one level deeper where entries have names. */
function definitionOf(file: Mapping, service: string): Mapping {
  const config = mappingOf(file['configs'])[service];
  const entries = Object.entries({
    ...mappingOf(mappingOf(file['services'])[service]),
    ...(config === undefined ? {} : { [`configs.${service}`]: config }),
  });
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      OPENED.has(key)
        ? Object.entries(mappingOf(value)).map(([name, each]) => [`${key}.${name}`, each])
        : [[key, value]],
    ),
  );
}

function mappingOf(value: unknown): Mapping {
  return isObject(value) ? value : {};
}

function listed(keys: readonly string[]): string {
  const more = keys.length - SHOWN;
  const shown = keys.slice(0, SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
