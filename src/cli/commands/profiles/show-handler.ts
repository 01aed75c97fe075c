import { type ProfileModel, type ShownProfile, showProfile } from '../../../app/data/profiles.ts';
import { extraVolumeText } from '../../../core/config/extra-volume.ts';
import type { ProfileService, ProfileVariant } from '../../../core/domain/profile.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import type { Theme } from '../../render/theme.ts';
import { usage } from './usage.ts';

const MODELS: readonly Column<ProfileModel>[] = [
  { title: 'MODEL', value: ({ name, entry }) => (entry?.optional ? `${name} (optional)` : name) },
  { title: 'KIND', value: ({ entry }) => entry?.kind ?? '' },
  { title: 'SIZE', value: ({ bytes }) => (bytes === null ? '' : formatBytes(bytes)), align: 'right' },
  {
    title: 'GPU MEMORY',
    value: ({ entry }) => (entry?.gpuMemoryBytes ? formatBytes(entry.gpuMemoryBytes) : ''),
    align: 'right',
  },
  { title: 'REFERENCE', value: ({ ref }) => ref },
];

export async function runProfilesShow(
  { profile: name }: { readonly profile: string },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const shown = await showProfile(await context.host(), await context.invocation(), { config, name });
  const { profile, origin, inUse, replacedBy, models } = shown;
  return {
    json: {
      schema: 'rma.profile/v1',
      ...profile,
      source: origin.own ? 'own' : 'shipped',
      file: origin.file,
      replaces: origin.replaces,
      inUse,
      replacedBy,
      models: models.map(({ entry, ...model }) => ({
        ...model,
        kind: entry?.kind ?? null,
        license: entry?.license ?? null,
        gpuMemoryBytes: entry?.gpuMemoryBytes ?? null,
        optional: entry?.optional ?? false,
      })),
    },
    human: (theme) => recipe(shown, theme),
  };
}

function recipe(shown: ShownProfile, theme: Theme): string {
  const { profile, origin, models } = shown;
  const sizes = [
    ...(profile.minGpuBytes === null ? [] : [`minimum ${formatBytes(profile.minGpuBytes)}`]),
    ...(profile.recommendedGpuBytes === null
      ? []
      : [`recommended ${formatBytes(profile.recommendedGpuBytes)}`]),
  ];
  const replaces = origin.replaces === null ? [] : [`Overrides: ${origin.replaces}`];
  return [
    `${profile.name}: ${profile.description}`,
    `${origin.own ? 'Custom' : 'Built-in'}: ${origin.file}`,
    ...replaces,
    `In use: ${usage(shown)}`,
    ...(sizes.length === 0 ? [] : [`GPU: ${sizes.join(', ')}`]),
    '',
    'Variants, in order of preference:',
    ...profile.variants.flatMap(variantLines),
    '',
    renderTable(MODELS, models, theme),
  ].join('\n');
}

function variantLines({ name, services }: ProfileVariant): readonly string[] {
  return [`  ${name}`, ...services.map((service) => `    ${serviceText(service)}`)];
}

function serviceText(service: ProfileService): string {
  const { engine, models, memoryBytes, flags } = service;
  return [
    `${engine}: ${models.join(', ')}`,
    whereText(service),
    ...numberText(service.context, 'tokens of context'),
    ...numberText(service.concurrency, 'concurrent requests'),
    ...loadedText(service.maxLoaded),
    ...(memoryBytes === null ? [] : [`memory limit ${formatBytes(memoryBytes)}`]),
    ...(flags.length === 0 ? [] : [`flags ${flags.join(' ')}`]),
    ...changesText(service),
  ].join('; ');
}

function changesText({
  utilization,
  environment,
  extraVolumes,
  apiKeyFile,
}: ProfileService): readonly string[] {
  const variables = Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`);
  const volumes = (extraVolumes ?? []).map(extraVolumeText);
  return [
    ...(typeof utilization === 'number' ? [`reserves ${utilization} of each GPU`] : []),
    ...(variables.length === 0 ? [] : [`variables ${variables.join(' ')}`]),
    ...(volumes.length === 0 ? [] : [`mounts ${volumes.join(' ')}`]),
    ...(apiKeyFile ? [`API key from ${apiKeyFile}`] : []),
  ];
}

function whereText({ gpus, exclusive, replicas }: ProfileService): string {
  if (gpus === 0) return replicas === 1 ? 'on the CPU' : `${replicas} replicas on the CPU`;
  const count = gpus === 1 ? '1 GPU' : `${gpus} GPUs`;
  const which = typeof gpus === 'object' ? `GPUs ${gpus.join(', ')}` : count;
  const alone = exclusive ? `${which} (exclusive)` : which;
  return replicas === 1 ? alone : `${replicas} replicas, each on ${alone}`;
}

function numberText(value: number | null, what: string): readonly string[] {
  return value === null ? [] : [`${value} ${what}`];
}

function loadedText(count: number | null): readonly string[] {
  return count === null ? [] : [`at most ${count} ${count === 1 ? 'model' : 'models'} loaded`];
}
