import {
  asRmaYaml,
  type EffectiveSetting,
  effectiveSettings,
  originText,
} from '../../../core/config/show-config.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';

interface ConfigShowInput {
  readonly origin: boolean;
}

const COLUMNS: readonly Column<EffectiveSetting>[] = [
  { title: 'SETTING', value: ({ key }) => key },
  { title: 'VALUE', value: ({ value }) => valueText(value) },
];
const ORIGIN: Column<EffectiveSetting> = { title: 'ORIGIN', value: ({ origin }) => originText(origin) };

export async function showConfig({ origin }: ConfigShowInput, context: Context): Promise<CommandResult> {
  const loaded = await context.config();
  const settings = effectiveSettings(loaded);
  const { stateDir, profilesDir, enginesDir } = loaded.config;
  return {
    json: { schema: 'rma.config/v1', file: loaded.file, stateDir, profilesDir, enginesDir, settings },
    yaml: asRmaYaml(loaded),
    human: (theme) => renderTable(origin ? [...COLUMNS, ORIGIN] : COLUMNS, settings, theme),
    ids: settings.map(({ key }) => key),
    items: settings.map(({ key, value, origin: from }) => ({ key, value, origin: originText(from) })),
  };
}

function valueText(value: EffectiveSetting['value']): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([key, item]) => (typeof item === 'object' ? entryText(key, item) : `${key}=${String(item)}`))
    .join(', ');
}

/** Returns a host with its address, or a service with the names of its settings. */
function entryText(name: string, entry: object | null): string {
  const address: unknown = entry === null ? undefined : Reflect.get(entry, 'address');
  if (typeof address === 'string') return `${name}=${address}`;
  const keys = Object.keys(entry ?? {});
  return keys.length === 0 ? name : `${name} (${keys.join(', ')})`;
}
