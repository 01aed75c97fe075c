import type { HostConfig } from '../domain/config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';

/**
 * Returns the names of the hosts that one of the words selects, in the order of rma.yaml; all of them without a word. A word is
 * a name, a pattern with `*` and `?`, or `KEY=VALUE` of a label, also with a pattern.
 * @throws RmaError RMA_HOST_UNKNOWN (2) for a word that selects none
 */
export function selectHosts(
  hosts: Readonly<Record<string, HostConfig>>,
  words: readonly string[],
): readonly string[] {
  const names = Object.keys(hosts);
  if (words.length === 0) return names;
  const tests = words.map((word) => {
    const matches = (name: string): boolean => isSelected(name, hosts[name], word);
    if (!names.some(matches)) throw unknownHost(hosts, word);
    return matches;
  });
  return names.filter((name) => tests.some((matches) => matches(name)));
}

/** Returns whether a name matches a pattern, in which `*` stands for any characters and `?` for one. */
export function matchesPattern(text: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
}

function isSelected(name: string, host: HostConfig | undefined, word: string): boolean {
  const split = word.indexOf('=');
  if (split === -1) return matchesPattern(name, word);
  const value = host?.labels?.[word.slice(0, split)];
  return value !== undefined && matchesPattern(value, word.slice(split + 1));
}

function unknownHost(hosts: Readonly<Record<string, HostConfig>>, word: string): RmaError {
  const names = Object.keys(hosts);
  const isPattern = /[*?=]/.test(word);
  const message = isPattern ? `no host matches ${JSON.stringify(word)}` : unknownWord('host', word, names);
  return new RmaError('RMA_HOST_UNKNOWN', message, {
    exitCode: EXIT.usage,
    hint: isPattern ? `hosts of the project: ${names.join(', ')}` : 'to list the hosts: rma hosts ls',
  });
}
