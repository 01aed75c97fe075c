import { nearest } from '../nearest.ts';
import { isMapping } from '../yaml/fields.ts';
import type { Fault, YamlDocument, YamlPath } from '../yaml/read-yaml.ts';
import { showValue } from '../yaml/reads.ts';
import type { Setting } from './setting.ts';

/** A value of the file as text, and where it stands; lines and columns count from 1. */
export interface FileWord {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface FileSettings {
  /** by key of the setting; only what the file says */
  readonly words: ReadonlyMap<string, readonly FileWord[]>;
  readonly faults: readonly Fault[];
}

/** Reads an rma.yaml against the table of settings. What is wrong becomes a fault; nothing is thrown. */
export function readSettings(document: YamlDocument, settings: readonly Setting<unknown>[]): FileSettings {
  const reader = new SettingsFile(document, settings);
  if (document.value !== null) reader.section(document.value, []);
  return { words: reader.words, faults: [...document.faults, ...reader.faults] };
}

type ScalarForm = Exclude<Setting<unknown>['form'], 'list' | 'map' | 'hosts'>;

interface Scalar {
  readonly takes: string;
  readonly is: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string';

const SCALARS: Readonly<Record<ScalarForm, Scalar>> = {
  text: { takes: 'text', is: isText },
  'number-or-text': { takes: 'text or a number', is: (value) => isText(value) || typeof value === 'number' },
  switch: { takes: 'true, false or text', is: (value) => isText(value) || typeof value === 'boolean' },
  integer: { takes: 'a whole number', is: Number.isInteger },
};

class SettingsFile {
  readonly words = new Map<string, FileWord[]>();
  readonly faults: Fault[] = [];
  private readonly document: YamlDocument;
  private readonly settings: readonly Setting<unknown>[];

  constructor(document: YamlDocument, settings: readonly Setting<unknown>[]) {
    this.document = document;
    this.settings = settings;
  }

  section(value: unknown, path: YamlPath): void {
    if (!isMapping(value)) {
      const what = path.length === 0 ? 'the file' : path.join('.');
      this.fault(path, `${what} must be a mapping of settings, got ${showValue(value)}`);
      return;
    }
    for (const [word, item] of Object.entries(value)) this.entry([...path, word], item);
  }

  private entry(path: YamlPath, value: unknown): void {
    const key = path.join('.');
    const setting = this.settings.find((candidate) => candidate.key === key);
    const isSection = this.settings.some((candidate) => candidate.key.startsWith(`${key}.`));
    if (setting === undefined && !isSection) this.unknownKey(path, key);
    else if (value === null) return;
    else if (setting === undefined) this.section(value, path);
    else this.setting(setting, path, value);
  }

  private unknownKey(path: YamlPath, key: string): void {
    // editors put the address of a schema there
    if (key === '$schema') return;
    const known = new Set(this.settings.flatMap((setting) => [setting.key, setting.key.split('.')[0] ?? '']));
    const last = String(path.at(-1));
    const elsewhere = this.settings.find((setting) => setting.key.split('.').at(-1) === last)?.key ?? null;
    const near = elsewhere ?? nearest(key, known);
    const position = this.document.keyAt(path);
    const message = `unknown key "${key}"${near === null ? '' : `; did you mean "${near}"?`}`;
    this.faults.push({ file: this.document.file, ...position, message });
  }

  private setting(setting: Setting<unknown>, path: YamlPath, value: unknown): void {
    switch (setting.form) {
      case 'text':
      case 'number-or-text':
      case 'switch':
      case 'integer':
        this.scalar(setting, path, value, setting.form);
        break;
      case 'list':
        this.list(setting, path, value);
        break;
      case 'map':
      case 'hosts':
        this.map(setting, path, value);
        break;
    }
  }

  private scalar(setting: Setting<unknown>, path: YamlPath, value: unknown, form: ScalarForm): void {
    const { takes, is } = SCALARS[form];
    if (is(value)) this.word(setting, path, String(value));
    else this.wrong(setting, path, value, takes);
  }

  private list(setting: Setting<unknown>, path: YamlPath, value: unknown): void {
    if (!Array.isArray(value)) {
      this.wrong(setting, path, value, 'a list');
      return;
    }
    for (const [index, item] of value.entries()) {
      const at = [...path, index];
      if (typeof item === 'string' || Number.isInteger(item)) this.word(setting, at, String(item));
      else this.fault(at, `${setting.key} must be a list of texts, got ${showValue(item)} in it`);
    }
  }

  private map(setting: Setting<unknown>, path: YamlPath, value: unknown): void {
    if (!isMapping(value)) {
      this.wrong(setting, path, value, 'a mapping');
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      const at = [...path, name];
      if (setting.form === 'hosts') this.host(setting, at, name, item);
      else if (typeof item === 'string' || Number.isInteger(item)) this.word(setting, at, `${name}=${item}`);
      else this.fault(at, `${at.join('.')} must be one text or number, got ${showValue(item)}`);
    }
  }

  private host(setting: Setting<unknown>, path: YamlPath, name: string, value: unknown): void {
    if (value !== null && !isMapping(value)) {
      this.fault(path, `${path.join('.')} must be {} or { address: ssh://box1 }, got ${showValue(value)}`);
      return;
    }
    for (const key of Object.keys(value ?? {}).filter((candidate) => candidate !== 'address')) {
      const full = [...path, key];
      const message = `unknown key "${full.join('.')}"; did you mean "${[...path, 'address'].join('.')}"?`;
      this.faults.push({ file: this.document.file, ...this.document.keyAt(full), message });
    }
    const address = value?.['address'] ?? '';
    if (typeof address === 'string') this.word(setting, path, `${name}=${address}`);
    else
      this.fault([...path, 'address'], `${path.join('.')}.address must be text, got ${showValue(address)}`);
  }

  private wrong(setting: Setting<unknown>, path: YamlPath, value: unknown, form: string): void {
    this.fault(path, `${setting.key} must be ${form} such as ${setting.example}, got ${showValue(value)}`);
  }

  private word(setting: Setting<unknown>, path: YamlPath, text: string): void {
    const words = this.words.get(setting.key) ?? [];
    words.push({ text, ...this.document.at(path) });
    this.words.set(setting.key, words);
  }

  private fault(path: YamlPath, message: string): void {
    this.faults.push({ file: this.document.file, ...this.document.at(path), message });
  }
}
