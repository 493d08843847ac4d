/** One word of /etc/fstab. */

/** fstab(5): what would end a word is written as a number. */
export const fstabWord = (text: string): string =>
  text.replaceAll(/[\\ \t]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
