/** Characters that are not seen, or change how others are seen: controls, marks of direction, separators of lines. */

/**
 * A character class of controls (Cc), format characters (Cf) and line and paragraph separators (Zl, Zp). Written out,
 * because what an engine takes for one depends on its edition of Unicode; this is that of 15.0, with unpaired surrogates.
 */
export const unseenClass =
  '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u180e\\u200b-\\u200f\\u2028-\\u202e' +
  '\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\ufff9-\\ufffb\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}' +
  '\\u{e0001}\\u{e0020}-\\u{e007f}\\ud800-\\udfff]';
