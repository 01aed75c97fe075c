import { XMLParser } from 'fast-xml-parser';

const LISTS = new Set(['gpu', 'mig_device', 'process_info']);
const OPEN = '<nvidia_smi_log';
const CLOSE = '</nvidia_smi_log>';
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/**
 * The log in an answer of `nvidia-smi -q -x` as plain objects; null when there is no whole one. Never throws. What stands around
 * the log is left out, the DOCTYPE too: the names that one could define are never looked at.
 */
export function parseXml(text: string): unknown {
  const start = text.indexOf(OPEN);
  const end = text.lastIndexOf(CLOSE);
  if (start < 0 || end < start) return null;
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && LISTS.has(name),
    tagValueProcessor: (_name, value) => plainText(value),
  });
  try {
    return parser.parse(text.slice(start, end + CLOSE.length), true);
  } catch {
    return null;
  }
}

/** Names of processes can hold signs that XML writes as one of its five own names. */
function plainText(value: string): string {
  return value.replaceAll(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
