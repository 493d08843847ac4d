/** Globs over names: `*` for any characters, `?` for one. */

/** True when the text is a glob and not a name. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text)
}

/** Matches the whole name, in time linear in glob times name: a regular expression could take for ever. */
export function matchesGlob(glob: string, name: string): boolean {
  let atGlob = 0
  let atName = 0
  let star = -1
  let nameAtStar = 0
  while (atName < name.length) {
    if (glob[atGlob] === '*') {
      star = atGlob++
      nameAtStar = atName
    } else if (glob[atGlob] === '?' || glob[atGlob] === name[atName]) {
      atGlob++
      atName++
    } else if (star >= 0) {
      // The last star takes one character more.
      atGlob = star + 1
      atName = ++nameAtStar
    } else return false
  }
  return /^\**$/.test(glob.slice(atGlob))
}
