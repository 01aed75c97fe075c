const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bhf_[A-Za-z0-9]{8,}\b/g, 'hf_***'],
  [/\bms-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{4,}\b/gi, 'ms-***'],
  [/\b(m_session_id=)[^;\s"']+/g, '$1***'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, '$1 ***'],
  [/(\w+:\/\/)[^/\s?#]*@/g, '$1***@'],
  [/([?&](?:X-Amz-[A-Za-z-]+|Signature|Key-Pair-Id|Policy|token|sig)=)[^&\s"']+/gi, '$1***'],
];

/** Masks hub tokens, authorization headers, user info in URLs and signed query strings. */
export function redact(text: string): string {
  return PATTERNS.reduce((clean, [pattern, mask]) => clean.replace(pattern, mask), text);
}
