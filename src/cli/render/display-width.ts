import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Returns the columns of a line on a terminal: two for wide characters, none for combining ones and colors. */
export function displayWidth(line: string): number {
  return stringWidth(line);
}

/** Truncates a line to a width, including the ellipsis; returns it unchanged if it fits or the width is null. */
export function truncate(line: string, width: number | null, ellipsis: string): string {
  if (width === null || displayWidth(line) <= width) return line;
  // an ellipsis that fills the whole width shows nothing
  const end = displayWidth(ellipsis) < width ? ellipsis : '';
  const room = width - displayWidth(end);
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(line)) {
    used += stringWidth(segment);
    if (used > room) break;
    cut += segment;
  }
  return cut + end;
}

/** Shortens a line to a width, including the ellipsis: keeps its start, and twice as much of its end, in which names differ. Returns it unchanged if it fits. */
export function truncateMiddle(line: string, width: number, ellipsis: string): string {
  if (displayWidth(line) <= width) return line;
  const room = width - displayWidth(ellipsis);
  if (room < 3) return truncate(line, width, ellipsis);
  const head = truncate(line, Math.floor(room / 3), '');
  const backwards = [...graphemes.segment(line)].map(({ segment }) => segment).reverse();
  let tail = '';
  for (const segment of backwards) {
    if (displayWidth(head) + displayWidth(segment + tail) > room) break;
    tail = segment + tail;
  }
  return head + ellipsis + tail;
}

/** Returns the line padded with spaces to a width. */
export function pad(line: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(line)));
  return align === 'left' ? line + blanks : blanks + line;
}
