const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bhf_[A-Za-z0-9]{8,}\b/g, 'hf_***'],
  [/\bms-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{4,}\b/gi, 'ms-***'],
  [/\b(m_session_id=)[^;\s"']+/g, '$1***'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, '$1 ***'],
  // the user of an ssh address is no secret, unless a password follows
  [/(\b(?!ssh:\/\/[^@:/\s]+@(?![^/\s?#]*@))\w+:\/\/)[^/\s?#]*@/g, '$1***@'],
  [new RegExp(`([?&](?:${parameters().join('|')})=)[^&\\s"']+`, 'gi'), '$1***'],
];

/** Returns names of parameters in a query that carry a secret: signatures of object stores and CDNs, tokens, passwords, keys. */
function parameters(): readonly string[] {
  return [
    'X-(?:Amz|Goog)-[\\w-]+',
    '(?:AWS|Google)Access(?:Key)?Id',
    'Key-Pair-Id|Policy|sig|jwt|auth',
    '[\\w.-]*(?:token|signature|secret|passw(?:or)?d|(?:api|access|auth|private)[_-]?key)',
  ];
}

/** Masks hub tokens, authorization headers, user info in URLs and signed query strings. */
export function redact(text: string): string {
  return PATTERNS.reduce((clean, [pattern, mask]) => clean.replace(pattern, mask), text);
}

/** Returns whether a text contains a secret that `redact` masks. "Basic" before an ordinary word is no authorization. */
export function containsSecret(text: string): boolean {
  const claims = text.replace(/\b(?:basic|bearer)\s+[a-z]+(?![\w.~+/=-])/gi, '');
  return redact(claims) !== claims;
}
