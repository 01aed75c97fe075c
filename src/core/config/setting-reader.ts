import type { SettingOrigin } from '../domain/config.ts';
import type { ConfigSources } from './config-sources.ts';
import type { ConfigFault } from './fault.ts';
import type { FileWord } from './read-settings.ts';
import { itemsOf, type PathScope, type Setting } from './setting.ts';

/** One text of a setting, and what it takes to read and to report it. */
interface Word {
  readonly text: string;
  readonly scope: PathScope;
  readonly where: string;
}

/** The value of a setting in one source. */
interface Layer {
  readonly origin: SettingOrigin;
  readonly items: readonly unknown[];
}

/** Reads setting after setting from flags, environment and file, and keeps where each value came from. */
export class SettingReader {
  private readonly found = new Map<string, SettingOrigin>();
  private readonly sources: ConfigSources;
  private readonly file: ReadonlyMap<string, readonly FileWord[]>;
  private readonly faults: ConfigFault[];

  constructor(sources: ConfigSources, file: ReadonlyMap<string, readonly FileWord[]>, faults: ConfigFault[]) {
    this.sources = sources;
    this.file = file;
    this.faults = faults;
  }

  /** Returns the value by precedence. All sources are checked, even if overridden. */
  take<T>(setting: Setting<T>): T {
    const flag = this.fromFlag(setting);
    const rest = [this.fromEnv(setting), this.fromFile(setting), this.fromRecord(setting)].filter(
      (layer) => layer !== null,
    );
    const layers = flag === null ? rest : [flag, ...rest];
    const strongest = layers[0];
    this.found.set(setting.key, strongest?.origin ?? { from: 'default' });
    const items = join(setting, flag, rest);
    return items.length === 0 ? setting.fallback : setting.combine(items);
  }

  setOrigin(key: string, origin: SettingOrigin): void {
    this.found.set(key, origin);
  }

  origins(): Readonly<Record<string, SettingOrigin>> {
    return Object.fromEntries(this.found);
  }

  /** Returns where the entries of a mapping are in the file, by their names. */
  placesOf(key: string): ReadonlyMap<string, string> {
    const { file } = this.sources;
    const words = file === null ? [] : (this.file.get(key) ?? []);
    return new Map(
      words.map(({ text, line, column }) => [
        text.slice(0, text.indexOf('=')),
        `${file?.name}:${line}:${column}`,
      ]),
    );
  }

  private fromFlag(setting: Setting<unknown>): Layer | null {
    const texts = this.sources.flags.get(setting.key);
    if (texts === undefined || texts.length === 0) return null;
    const name = optionName(setting);
    const scope = { base: this.sources.cwd, home: this.sources.home };
    const items = itemsOf(setting, texts).flatMap((text) =>
      this.parse(setting, { text, scope, where: name }),
    );
    return { origin: { from: 'flag', name }, items };
  }

  private fromEnv(setting: Setting<unknown>): Layer | null {
    for (const name of setting.env) {
      const value = this.sources.env[name];
      if (value === undefined || value === '') continue;
      const scope = { base: this.sources.cwd, home: this.sources.home };
      const texts = itemsOf(setting, [value]);
      const items = texts.flatMap((text) => this.parse(setting, { text, scope, where: name }));
      return { origin: { from: 'env', name }, items };
    }
    return null;
  }

  private fromFile(setting: Setting<unknown>): Layer | null {
    const { file, home } = this.sources;
    const words = this.file.get(setting.key);
    const first = words?.[0];
    if (file === null || words === undefined || first === undefined) return null;
    const scope = { base: file.dir, home };
    const items = words.flatMap(({ text, line, column }) => {
      const where = `${file.name}:${line}:${column}`;
      const texts = setting.form === 'texts' ? itemsOf(setting, [text]) : [text];
      return texts.flatMap((each) => this.parse(setting, { text: each, scope, where }));
    });
    return { origin: { from: 'file', file: file.name, line: first.line, column: first.column }, items };
  }

  /** What an earlier command recorded was valid; a text that is not any more counts as absent. */
  private fromRecord(setting: Setting<unknown>): Layer | null {
    const text = this.sources.recorded.settings[setting.key];
    if (text === undefined) return null;
    const place = { base: this.sources.cwd, home: this.sources.home, where: optionName(setting) };
    const result = setting.parse(text, place);
    if (!result.ok) return null;
    return { origin: { from: 'recorded', name: optionName(setting) }, items: [result.value] };
  }

  private parse(setting: Setting<unknown>, { text, scope, where }: Word): readonly unknown[] {
    const result = setting.parse(text, { ...scope, where });
    if (result.ok) return [result.value];
    this.faults.push({ where, message: `${setting.key} expects ${result.expected}, got "${text}"` });
    return [];
  }
}

function optionName({ flags, key }: Setting<unknown>): string {
  return /--[a-z-]+/.exec(flags ?? '')?.[0] ?? key;
}

function join(setting: Setting<unknown>, flag: Layer | null, rest: readonly Layer[]): readonly unknown[] {
  const layers = flag === null ? rest : [flag, ...rest];
  switch (setting.join) {
    case 'first':
      return layers[0]?.items ?? [];
    case 'add-flags':
      return [...(rest[0]?.items ?? []), ...(flag?.items ?? [])];
    case 'merge':
      return layers.toReversed().flatMap((layer) => layer.items);
  }
}
