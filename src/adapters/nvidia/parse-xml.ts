import { XMLParser } from 'fast-xml-parser';

const LISTS = new Set(['gpu', 'mig_device', 'process_info']);
const OPEN = '<nvidia_smi_log';
const CLOSE = '</nvidia_smi_log>';
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/**
 * Parses the output of `nvidia-smi -q -x` into plain objects; null if it contains no complete log. Never throws. Text around
 * the log is ignored, including the DOCTYPE, so that no entity definitions are evaluated.
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
    isArray: (...[name, , , isAttribute]) => !isAttribute && LISTS.has(name),
    tagValueProcessor: (_name, value) => plainText(value),
  });
  try {
    return parser.parse(text.slice(start, end + CLOSE.length), true);
  } catch {
    return null;
  }
}

/** Decodes the five predefined entities of XML, which occur in process names. */
function plainText(value: string): string {
  return value.replaceAll(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
