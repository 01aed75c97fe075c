import { type Document, isMap, isNode, isScalar, parseDocument, type YAMLMap } from 'yaml';
import type { HostConfig } from '../domain/config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { toYaml } from '../yaml/yaml-text.ts';
import { configError } from './fault.ts';
import { hostValues } from './host-values.ts';

export interface NamedHost {
  readonly name: string;
  readonly host: HostConfig;
}

/** Checks that a text can be changed here. @throws RmaError RMA_CONFIG_INVALID (2), with the place of each syntax fault */
export function requireYaml(text: string, file: string): void {
  const { faults } = readYaml({ text, file });
  if (faults.length === 0) return;
  throw configError(
    faults.map(({ line, column, message }) => ({ where: `${file}:${line}:${column}`, message })),
  );
}

/** Returns the text of an rma.yaml with one more host; every other line stays as it is. @throws RmaError RMA_HOST_EXISTS (2) */
export function withHost(text: string, { name, host }: NamedHost): string {
  const hosts = hostsOf(text);
  if (hosts?.has(name)) throw exists(name);
  const entry = toYaml({ [name]: hostValues({ [name]: host })[name] });
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  if (hosts === null || hosts.items.length === 0)
    return `${withoutHosts(start)}hosts:\n${indented(entry, 2)}`;
  if (hosts.flow)
    return rewritten(text, (document) => document.setIn(['hosts', name], hostValues({ [name]: host })[name]));
  const end = endOfLine(start, endOf(hosts.items.at(-1)));
  return `${start.slice(0, end)}${indented(entry, columnOf(start, startOf(hosts.items[0])))}${start.slice(end)}`;
}

/** Returns the text of an rma.yaml without a host; every other line stays as it is. @throws RmaError RMA_HOST_UNKNOWN (2) */
export function withoutHost(text: string, name: string): string {
  const hosts = hostsOf(text);
  const at = hosts?.items.findIndex((pair) => keyOf(pair) === name) ?? -1;
  if (hosts === null || at === -1) throw unknown(name, hosts?.items.map(keyOf) ?? []);
  if (hosts.items.length === 1) return withoutHosts(text);
  if (hosts.flow) return rewritten(text, (document) => document.deleteIn(['hosts', name]));
  const before = hosts.items[at - 1];
  // the comments above an entry belong to it
  const start =
    before === undefined ? startOfLine(text, startOf(hosts.items[at])) : endOfLine(text, endOf(before));
  return text.slice(0, start) + text.slice(endOfLine(text, endOf(hosts.items[at])));
}

/** Returns whether the text of an rma.yaml names hosts. */
export function hasHosts(text: string): boolean {
  return (hostsOf(text)?.items.length ?? 0) > 0;
}

type Entry = YAMLMap['items'][number];

function hostsOf(text: string): YAMLMap | null {
  const hosts = parseDocument(text).get('hosts');
  return isMap(hosts) ? hosts : null;
}

/** Removes the section. */
function withoutHosts(text: string): string {
  const { contents } = parseDocument(text);
  const pair = isMap(contents) ? contents.items.find((each) => keyOf(each) === 'hosts') : undefined;
  if (pair === undefined) return text;
  return text.slice(0, startOfLine(text, startOf(pair))) + text.slice(endOfLine(text, endOf(pair)));
}

/** Changes a mapping in braces, for which the whole file is written again. */
function rewritten(text: string, change: (document: Document) => unknown): string {
  const document = parseDocument(text);
  change(document);
  return document.toString({ lineWidth: 0 });
}

function keyOf({ key }: Entry): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(entry: Entry | undefined): number {
  return isScalar(entry?.key) ? (entry.key.range?.[0] ?? 0) : 0;
}

/** Returns where the value of an entry ends, or its key if it has none. */
function endOf(entry: Entry | undefined): number {
  const ends = [entry?.key, entry?.value].map((node) => (isNode(node) ? (node.range?.[1] ?? 0) : 0));
  return Math.max(...ends);
}

function startOfLine(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Returns where the next line starts. A value that ends with a line break ends on the line before. */
function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', Math.max(0, at - 1));
  return end === -1 ? text.length : end + 1;
}

function columnOf(text: string, at: number): number {
  return at - startOfLine(text, at);
}

function indented(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));
}

function exists(name: string): RmaError {
  return new RmaError('RMA_HOST_EXISTS', `rma.yaml already has the host ${name}`, {
    exitCode: EXIT.usage,
    hint: `to replace it: rma hosts rm ${name}, then add it again`,
  });
}

function unknown(name: string, known: readonly string[]): RmaError {
  return new RmaError('RMA_HOST_UNKNOWN', unknownWord('host', name, known), {
    exitCode: EXIT.usage,
    hint: 'to list the hosts: rma hosts ls',
  });
}
