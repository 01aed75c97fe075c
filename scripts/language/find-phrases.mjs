// Finds phrases in a text: whole words, in any case, with any white space between them.

/** Returns the phrases of the list and what to write instead; lines with # are comments. */
export function parsePhrases(list) {
  const lines = list.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [phrase = '', instead = ''] = line.split('=>').map((part) => part.trim());
    return {
      phrase,
      instead,
      pattern: new RegExp(`(?<![\\w-])${phrase.replaceAll(' ', '\\s+')}(?![\\w-])`, 'gi'),
    };
  });
}

/** Returns each phrase that the text contains, with its offset. */
export function findPhrases(text, phrases) {
  return phrases.flatMap(({ phrase, instead, pattern }) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ phrase, instead, offset: index })),
  );
}
