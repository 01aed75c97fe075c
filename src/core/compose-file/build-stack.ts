import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { VolumeKey } from '../docker/volume-of.ts';
import type { DesiredService, Stack } from '../domain/desired.ts';
import { LABEL } from '../labels.ts';
import { coordinatorService } from './coordinator-service.ts';
import { engineService } from './engine-service.ts';
import type { RenderInput } from './render-input.ts';
import type { ComposeMapping, ServiceDraft } from './service-draft.ts';
import { desiredVolumes, volumeDeclarations } from './volumes.ts';
import { workerService } from './worker-service.ts';
import { writeYaml } from './write-yaml.ts';

/**
 * The Compose file of one host, and what it stands for. The same input gives the same bytes.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL exit 2
 */
export function buildStack(input: RenderInput): Stack {
  const { config, selection } = input;
  const drafts = [
    ...(config.coordinator.url === null ? [coordinatorService(input)] : []),
    ...selection.profiles.flatMap((profile) => [
      workerService(input, profile),
      ...selection.services
        .filter((service) => service.profile === profile.name)
        .map((service) => engineService(input, service)),
    ]),
  ];
  const keys: VolumeKey[] = selection.services.some(({ engine }) => engine.cachePath !== null)
    ? ['store', 'cache']
    : ['store'];
  const finished = drafts.map((draft) => ({ draft, configHash: hashOf(draft) }));
  const tree: ComposeMapping = {
    name: config.project,
    services: Object.fromEntries(
      finished.map(({ draft, configHash }) => [draft.name, withLabels(draft, configHash)]),
    ),
    // labelled, so that `down` takes away this network and no other of the same Compose project
    networks: { default: { labels: { [LABEL.project]: config.project } } },
    ...section('volumes', volumeDeclarations(config, keys)),
    ...section('configs', inlineConfigs(drafts)),
    ...section('secrets', secretFiles(drafts)),
  };
  const engines = drafts.filter(({ role }) => role === 'engine');
  return {
    text: writeYaml(tree, input, drafts),
    services: finished.map(({ draft, configHash }) => desiredService(draft, configHash)),
    volumes: desiredVolumes(config, keys),
    engineImages: [...new Set(engines.map(({ image }) => image))].sort(),
  };
}

/**
 * Covers the whole definition and the content of the inline config: a model pinned anew recreates its worker. The name
 * of the variant is no part of it: another name for the same services changes nothing.
 */
function hashOf({ definition, labels: all, configContent }: ServiceDraft): string {
  const { [LABEL.variant]: _, ...labels } = all;
  const hash = createHash('sha256').update(canonicalJson({ definition, labels, configContent }));
  return hash.digest('hex').slice(0, 16);
}

function withLabels({ definition, labels }: ServiceDraft, configHash: string): ComposeMapping {
  return { ...definition, labels: { ...labels, [LABEL.configHash]: configHash } };
}

function desiredService(draft: ServiceDraft, configHash: string): DesiredService {
  const { name, role, profile, image, secrets, models, port } = draft;
  return { name, role, profile, image, configHash, secrets, models, port };
}

function inlineConfigs(drafts: readonly ServiceDraft[]): ComposeMapping {
  return Object.fromEntries(
    drafts.flatMap(({ name, configContent }) =>
      configContent === null ? [] : [[name, { content: configContent }]],
    ),
  );
}

/** Copies in the state folder, relative to the Compose file. */
function secretFiles(drafts: readonly ServiceDraft[]): ComposeMapping {
  const names = [...new Set(drafts.flatMap(({ secrets }) => secrets))].sort();
  return Object.fromEntries(names.map((name) => [name, { file: `./secrets/${name}` }]));
}

function section(key: string, content: ComposeMapping): ComposeMapping {
  return Object.keys(content).length === 0 ? {} : { [key]: content };
}
