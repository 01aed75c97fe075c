import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import { type Fault, readYaml, type YamlDocument, type YamlText } from '../yaml/read-yaml.ts';
import type { ComposeFiles, ComposeService, ComposeVolume, Notice } from './compose-model.ts';
import { ComposeValues, isRecord } from './compose-values.ts';
import { type ComposeEnvironment, parseEnvFile } from './env-file.ts';
import { readService, readVolume } from './read-service.ts';
import { includeNotices } from './unread-keys.ts';

/**
 * Reads Compose files, later ones over earlier ones as `docker compose -f A -f B` merges them.
 * @throws RmaError RMA_COMPOSE_IMPORT (2) with every syntax fault and its line and column
 */
export function readCompose(files: readonly YamlText[], environment: ComposeEnvironment): ComposeFiles {
  for (const file of files) assertNoManifest(file);
  const documents = files.map((file) => ({ document: readYaml(file), text: file.text }));
  const faults = documents.flatMap(({ document }) => [...document.faults, ...notCompose(document)]);
  if (faults.length > 0) throw invalid(faults, files);
  const services = new Map<string, ComposeService>();
  const volumes = new Map<string, ComposeVolume>();
  const envFile = parseEnvFile(environment);
  const envFileAlone = parseEnvFile({ ...environment, shell: {} });
  const notices: Notice[] = [...envFile.notices];
  for (const { document, text } of documents) {
    const values = new ComposeValues(document, text, {
      shell: environment.shell,
      envFile: envFile.variables,
      envFileAlone: envFileAlone.variables,
    });
    notices.push(
      ...versionNotices(values),
      ...includeNotices(values),
      ...unsetNotices(values, document.file),
    );
    for (const name of values.keys(['services'])) {
      const read = readService(values, name);
      notices.push(...read.notices);
      services.set(name, merged(services.get(name), read.service));
    }
    for (const name of values.keys(['volumes'])) {
      volumes.set(name, readVolume(values, name, volumes.get(name)));
    }
  }
  return { services, volumes, notices };
}

function notCompose({ file, value, at, faults }: YamlDocument): readonly Fault[] {
  if (faults.length > 0 || (isRecord(value) && isRecord(value['services']))) return [];
  return [{ file, ...at([]), message: 'not a Compose file: it has no mapping "services"' }];
}

/** Files of manifests often contain several documents, which would otherwise be reported as a syntax error. */
function assertNoManifest({ file, text }: YamlText): void {
  const kind = /^kind:[ \t]*["']?(\w+)/m.exec(text)?.[1];
  if (kind === undefined || !/^apiVersion:/m.test(text)) return;
  throw new RmaError(
    'RMA_COMPOSE_IMPORT',
    `${file} is a Kubernetes manifest (kind: ${kind}), not a Compose file`,
    {
      exitCode: EXIT.usage,
      hint: 'nothing was written. rma writes the manifests itself: rma init, name the models in a profile, then rma export kubernetes; see docs/kubernetes.md',
    },
  );
}

function invalid(faults: readonly Fault[], files: readonly YamlText[]): RmaError {
  const merges = faults.some(({ message }) => /: !(?:reset|override)$/.test(message));
  const names = files.map(({ file }) => shell`-f ${file}`).join(' ');
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const message =
    lines.length === 1 ? lines.join() : [`${lines.length} errors in the Compose files`, ...lines].join('\n');
  return new RmaError('RMA_COMPOSE_IMPORT', message, {
    exitCode: EXIT.usage,
    hint: merges
      ? `merge the files with Compose, and convert the result: docker compose ${names} config --no-interpolate > merged.yml, then rma init --from-compose merged.yml; nothing was written`
      : 'fix the file at the position shown; nothing was written. docker compose config checks it too',
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
    unread: [...base.unread, ...over.unread],
  };
}
