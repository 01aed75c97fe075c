import { enginesOf, type ListedProfile, listProfiles } from '../../../app/data/profiles.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { usage } from './usage.ts';

const COLUMNS: readonly Column<ListedProfile>[] = [
  { title: 'NAME', value: ({ profile }) => profile.name },
  { title: 'VARIANTS', value: ({ profile }) => profile.variants.map(({ name }) => name).join(',') },
  { title: 'ENGINES', value: (row) => enginesIn(row).join(',') },
  { title: 'MODELS', value: (row) => String(modelsIn(row).length), align: 'right' },
  { title: 'MIN GPU', value: ({ profile }) => sizeText(profile.minGpuBytes), align: 'right' },
  { title: 'SOURCE', value: sourceText },
  { title: 'IN USE', value: usage },
  { title: 'SERVES', value: ({ profile }) => profile.description },
];

export async function runProfilesLs(_: object, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const profiles = await listProfiles(await context.host(), await context.invocation(), config);
  const items = profiles.map(profileDocument);
  return {
    json: { schema: 'rma.profiles/v1', profiles: items },
    human: (theme) => renderTable(COLUMNS, profiles, theme),
    ids: profiles.map(({ profile }) => profile.name),
    items,
  };
}

function profileDocument(row: ListedProfile): Readonly<Record<string, unknown>> {
  const { profile, origin, inUse, replacedBy } = row;
  return {
    name: profile.name,
    description: profile.description,
    variants: profile.variants.map(({ name }) => name),
    engines: enginesIn(row),
    models: modelsIn(row),
    minGpuBytes: profile.minGpuBytes,
    source: origin.own ? 'own' : 'shipped',
    file: origin.file,
    replaces: origin.replaces,
    inUse,
    replacedBy,
  };
}

function enginesIn({ profile }: ListedProfile): readonly string[] {
  return [...new Set(profile.variants.flatMap(enginesOf))];
}

function modelsIn({ profile }: ListedProfile): readonly string[] {
  return [...new Set(profile.variants.flatMap(({ services }) => services.flatMap(({ models }) => models)))];
}

function sourceText({ origin }: ListedProfile): string {
  if (!origin.own) return 'built-in';
  return origin.replaces === null ? 'custom' : 'custom (overrides built-in)';
}

function sizeText(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes);
}
