export interface VocabularyToken {
  readonly text: string;
  /** GGUF token type: 1 normal, 2 unknown, 3 control, 6 byte. */
  readonly type: 1 | 2 | 3 | 6;
  /** Whether the model may generate it. */
  readonly speakable: boolean;
}

const WORDS =
  'a all and answer asks block cache fast file finds gives good has hub is it keeps layer line loads long ' +
  'model new no not of on one open reads ready safe says short small store takes tells that the then this ' +
  'tiny to two waits weights what which whole with word worker yes you';

/** A SentencePiece vocabulary: three special tokens, one token per byte (to encode any text), and words to generate. */
export function tinyVocabulary(): readonly VocabularyToken[] {
  const special: VocabularyToken[] = [
    { text: '<unk>', type: 2, speakable: false },
    { text: '<s>', type: 3, speakable: false },
    { text: '</s>', type: 3, speakable: true },
  ];
  const bytes = Array.from(
    { length: 256 },
    (_, byte): VocabularyToken => ({
      text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
      type: 6,
      speakable: false,
    }),
  );
  // SentencePiece writes the space before a word as U+2581.
  const words = WORDS.split(' ').map(
    (word): VocabularyToken => ({
      text: `\u2581${word}`,
      type: 1,
      speakable: true,
    }),
  );
  return [...special, ...bytes, ...words];
}
