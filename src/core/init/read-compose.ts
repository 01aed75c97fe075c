import { EXIT, RmaError } from '../errors.ts';
import { type Fault, readYaml, type YamlDocument, type YamlText } from '../yaml/read-yaml.ts';
import type { ComposeFiles, ComposeService, ComposeVolume, Notice } from './compose-model.ts';
import { ComposeValues, isRecord } from './compose-values.ts';
import { readService, readVolume } from './read-service.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads Compose files, later ones over earlier ones as `docker compose -f A -f B` merges them.
 * @throws RmaError RMA_COMPOSE_IMPORT (2) with every syntax fault and its line and column
 */
export function readCompose(files: readonly YamlText[], environment: Environment): ComposeFiles {
  const documents = files.map((file) => ({ document: readYaml(file), text: file.text }));
  const faults = documents.flatMap(({ document }) => [...document.faults, ...notCompose(document)]);
  if (faults.length > 0) throw invalid(faults);
  const services = new Map<string, ComposeService>();
  const volumes = new Map<string, ComposeVolume>();
  const notices: Notice[] = [];
  for (const { document, text } of documents) {
    const values = new ComposeValues(document, text, environment);
    notices.push(...versionNotices(values), ...unsetNotices(values, document.file));
    for (const name of values.keys(['services'])) {
      const read = readService(values, name);
      notices.push(...read.notices);
      services.set(name, merged(services.get(name), read.service));
    }
    for (const name of values.keys(['volumes'])) volumes.set(name, readVolume(values, name));
  }
  return { services, volumes, notices };
}

function notCompose({ file, value, at, faults }: YamlDocument): readonly Fault[] {
  if (faults.length > 0) return [];
  if (isRecord(value) && isRecord(value['services'])) return [];
  const isManifest = isRecord(value) && 'apiVersion' in value && 'kind' in value;
  const message = isManifest
    ? 'this is a Kubernetes manifest, not a Compose file'
    : 'not a Compose file: it has no mapping "services"';
  return [{ file, ...at([]), message }];
}

function invalid(faults: readonly Fault[]): RmaError {
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const message =
    lines.length === 1 ? lines.join() : [`${lines.length} errors in the Compose files`, ...lines].join('\n');
  return new RmaError('RMA_COMPOSE_IMPORT', message, {
    exitCode: EXIT.usage,
    hint: 'fix the file at the position shown; nothing was written. docker compose config checks it too',
    details: { faults },
  });
}

function versionNotices(values: ComposeValues): readonly Notice[] {
  if (!values.keys([]).includes('version')) return [];
  return [
    {
      kind: 'corrected',
      where: values.keyAt(['version']),
      message: '"version" is obsolete, and Compose warns about it; left out',
    },
  ];
}

function unsetNotices({ unset }: ComposeValues, file: string): readonly Notice[] {
  if (unset.size === 0) return [];
  const names = [...unset].sort().join(', ');
  return [{ kind: 'note', where: file, message: `variables without a value, taken as empty: ${names}` }];
}

/** A later file replaces texts and commands, and adds to mappings and lists. */
function merged(base: ComposeService | undefined, over: ComposeService): ComposeService {
  if (base === undefined) return over;
  const replaced = new Set(over.mounts.map(({ value }) => value.target));
  return {
    ...over,
    where: base.where,
    image: over.image ?? base.image,
    build: over.build || base.build,
    entrypoint: over.entrypoint.length > 0 ? over.entrypoint : base.entrypoint,
    command: over.command.length > 0 ? over.command : base.command,
    environment: new Map([...base.environment, ...over.environment]),
    mounts: [...base.mounts.filter(({ value }) => !replaced.has(value.target)), ...over.mounts],
    ports: [...base.ports, ...over.ports],
    devices: [...base.devices, ...over.devices],
    memory: over.memory ?? base.memory,
    memoryReservation: over.memoryReservation ?? base.memoryReservation,
    privileged: over.privileged ?? base.privileged,
    runtime: over.runtime ?? base.runtime,
  };
}
