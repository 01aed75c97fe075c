import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { nearest } from '../nearest.ts';
import type { ConfigFault } from './fault.ts';
import type { Setting } from './setting.ts';

/** A value of the file as text, and where it stands; lines and columns count from 1. */
export interface FileWord {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface FileContent {
  /** by key of the setting; only what the file says */
  readonly words: ReadonlyMap<string, readonly FileWord[]>;
  readonly faults: readonly ConfigFault[];
}

/** Reads an rma.yaml against the table of settings. Never throws: every fault is told with `<name>:line:column`. */
export function readYaml(source: string, name: string, settings: readonly Setting<unknown>[]): FileContent {
  return new YamlReader(name, settings).read(source);
}

class YamlReader {
  private readonly words = new Map<string, FileWord[]>();
  private readonly faults: ConfigFault[] = [];
  private readonly lines = new LineCounter();
  private resolveAlias: (node: Node) => Node | undefined = () => undefined;
  private readonly name: string;
  private readonly settings: readonly Setting<unknown>[];

  constructor(name: string, settings: readonly Setting<unknown>[]) {
    this.name = name;
    this.settings = settings;
  }

  read(source: string): FileContent {
    const document = parseDocument(source, {
      lineCounter: this.lines,
      prettyErrors: false,
      stringKeys: true,
    });
    this.resolveAlias = (node) => (isAlias(node) ? node.resolve(document) : node);
    for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
      const key = code === 'DUPLICATE_KEY' ? /^["']?([^"':\n]+)/.exec(source.slice(pos[0]))?.[1] : undefined;
      this.fault(pos[0], key === undefined ? message : `"${key.trim()}" is given twice`);
    }
    // after a broken indentation or quote the rest means something else: further faults would be noise
    const readable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
    if (readable && document.contents !== null) this.section(document.contents, '');
    return { words: this.words, faults: this.faults };
  }

  private section(given: ParsedNode | Node, path: string): void {
    const node = this.resolveAlias(given);
    if (isNothing(node)) return;
    if (!isMap(node)) {
      const what = path === '' ? 'the file' : `"${path}"`;
      this.fault(offset(given), `${what} must be a map of settings, got ${seen(node)}`);
      return;
    }
    for (const [key, keyNode, value] of this.entries(node)) {
      this.entry(path === '' ? key : `${path}.${key}`, keyNode, value, path);
    }
  }

  private entry(path: string, keyNode: Node, value: Node | null, parent: string): void {
    const setting = this.settings.find(({ key }) => key === path);
    const isSection = this.settings.some(({ key }) => key.startsWith(`${path}.`));
    if (setting !== undefined) this.setting(setting, keyNode, value);
    else if (isSection) this.section(value ?? keyNode, path);
    else if (path !== '$schema') this.unknownKey(path, offset(keyNode), parent);
  }

  private unknownKey(path: string, at: number, parent: string): void {
    const inSection = this.settings.filter(({ key }) => parent === '' || key.startsWith(`${parent}.`));
    const names = inSection.flatMap(({ key }) => [key, key.split('.')[0] ?? key]);
    const last = path.split('.').at(-1) ?? path;
    const near = nearest(path, names) ?? this.settings.find(({ key }) => key.split('.').at(-1) === last)?.key;
    this.fault(at, `unknown key "${path}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
  }

  private setting(setting: Setting<unknown>, keyNode: Node, given: Node | null): void {
    const node = given === null ? undefined : this.resolveAlias(given);
    if (node === undefined || isNothing(node)) return;
    const at = offset(given ?? keyNode);
    if (setting.form === 'list') this.list(setting, node, at);
    else if (setting.form === 'map' || setting.form === 'hosts') this.map(setting, node, at);
    else this.scalar(setting, setting.form, node, at);
  }

  private scalar(setting: Setting<unknown>, form: 'text' | 'integer', node: Node, at: number): void {
    const text = scalarText(node, form);
    if (text !== null) {
      this.add(setting, text, at);
      return;
    }
    const like = setting.example === '' ? '' : ` such as ${setting.example}`;
    this.fault(
      at,
      `${setting.key} must be ${form === 'text' ? 'text' : 'a whole number'}${like}, got ${seen(node)}`,
    );
  }

  private list(setting: Setting<unknown>, node: Node, at: number): void {
    if (!isSeq(node)) {
      this.fault(at, `${setting.key} must be a list such as ${setting.example}, got ${seen(node)}`);
      return;
    }
    this.words.set(setting.key, []);
    for (const item of node.items) {
      // items of a parsed sequence are nodes
      const itemNode = item as Node;
      const text = scalarText(this.resolveAlias(itemNode), 'text');
      if (text === null)
        this.fault(offset(itemNode), `${setting.key} must hold texts, got ${seen(itemNode)}`);
      else this.add(setting, text, offset(itemNode));
    }
  }

  private map(setting: Setting<unknown>, node: Node, at: number): void {
    if (!isMap(node)) {
      this.fault(at, `${setting.key} must be a map such as ${setting.example}, got ${seen(node)}`);
      return;
    }
    this.words.set(setting.key, []);
    for (const [key, keyNode, given] of this.entries(node)) {
      const value = given === null ? undefined : this.resolveAlias(given);
      const text = setting.form === 'hosts' ? this.hostAddress(key, value) : scalarText(value, 'any');
      const where = offset(given ?? keyNode);
      if (text !== null) this.add(setting, `${key}=${text}`, where);
      else if (setting.form === 'map')
        this.fault(where, `${setting.key}.${key} must be one value, got ${seen(value)}`);
    }
  }

  /** The address of one entry of `hosts`, empty for none; null after a fault. */
  private hostAddress(host: string, node: Node | undefined): string | null {
    if (node === undefined || isNothing(node)) return '';
    if (!isMap(node)) {
      this.fault(offset(node), `hosts.${host} must be {} or { address: ssh://user@box }, got ${seen(node)}`);
      return null;
    }
    let address: string | null = '';
    for (const [key, keyNode, value] of this.entries(node)) {
      if (key === 'address') address = scalarText(value ?? undefined, 'text');
      else
        this.fault(
          offset(keyNode),
          `unknown key "hosts.${host}.${key}"; did you mean "hosts.${host}.address"?`,
        );
      if (address === null)
        this.fault(offset(value ?? keyNode), `hosts.${host}.address must be text, got ${seen(value)}`);
    }
    return address;
  }

  private *entries(map: YAMLMap): Generator<readonly [key: string, keyNode: Node, value: Node | null]> {
    for (const { key, value } of map.items) {
      // keys and values of a parsed map are nodes; a key without a value has null
      const keyNode = key as Node;
      yield [isScalar(keyNode) ? String(keyNode.value) : String(keyNode), keyNode, value as Node | null];
    }
  }

  private add(setting: Setting<unknown>, text: string, at: number): void {
    const words = this.words.get(setting.key) ?? [];
    words.push({ text, ...this.position(at) });
    this.words.set(setting.key, words);
  }

  private fault(at: number, message: string): void {
    const { line, column } = this.position(at);
    this.faults.push({ where: `${this.name}:${line}:${column}`, message });
  }

  private position(at: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(at);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function offset(node: Node): number {
  return node.range?.[0] ?? 0;
}

function isNothing(node: Node | undefined): boolean {
  return isScalar(node) && node.value === null;
}

function scalarText(node: Node | undefined, form: 'text' | 'integer' | 'any'): string | null {
  if (!isScalar(node)) return null;
  const { value } = node;
  if (form !== 'integer' && typeof value === 'string') return value;
  if (form !== 'text' && typeof value === 'number' && Number.isInteger(value)) return String(value);
  return null;
}

function seen(node: Node | null | undefined): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  return typeof node.value === 'string'
    ? `the text "${node.value}"`
    : `the ${typeof node.value} ${String(node.value)}`;
}
