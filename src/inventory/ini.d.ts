/** What is used of the package `ini`, which brings no types. */
declare module 'ini' {
  /** Decodes one key or value: quotes, `\;` escapes, and comments at its end. Quoted JSON may decode to no string. */
  export function unsafe(text: string): unknown
  /** Encodes one key or value so that `unsafe` reads it back. */
  export function safe(text: string): string
}
