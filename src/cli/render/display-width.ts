const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
const INVISIBLE = /^[\p{Mark}\p{Cf}]+$/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a line takes on a terminal: wide signs take two, combining ones none. */
export function displayWidth(line: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(line)) width += graphemeWidth(segment);
  return width;
}

/** The line cut to a width, with the ellipsis inside it; the line itself when it fits or the width is null. */
export function truncate(line: string, width: number | null, ellipsis: string): string {
  if (width === null || displayWidth(line) <= width) return line;
  // an ellipsis that would fill the whole width says nothing
  const end = displayWidth(ellipsis) < width ? ellipsis : '';
  const room = width - displayWidth(end);
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(line)) {
    used += graphemeWidth(segment);
    if (used > room) break;
    cut += segment;
  }
  return cut + end;
}

/** The line filled with blanks up to a width. */
export function pad(line: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(line)));
  return align === 'left' ? line + blanks : blanks + line;
}

/** The text as one line without control signs: names from outside must not drive the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
