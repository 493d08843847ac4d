/** Sets one key in the text of an ops.ini; every other byte stays. */
import { safe } from 'ini'

/** The text with `[section] key = value`, added at the end of the section, which is made where there is none. */
export function withSetting(text: string, section: string, key: string, value: string): string {
  const ending = text.includes('\r\n') ? '\r\n' : '\n'
  const line = `${key} = ${safe(value)}`
  const lines = text === '' ? [] : text.split(/\r?\n/)
  const start = lines.findIndex(each => sectionOf(each) === section)
  if (start < 0) {
    const gap = text === '' ? '' : text.endsWith('\n') ? ending : `${ending}${ending}`
    return `${text}${gap}[${section}]${ending}${line}${ending}`
  }
  const next = lines.findIndex((each, index) => index > start && sectionOf(each) !== undefined)
  const end = next < 0 ? lines.length : next
  const same = lines.findIndex((each, index) => index > start && index < end && keyOf(each) === key)
  if (same >= 0) lines[same] = line
  else {
    let after = end
    while (after > start + 1 && (lines[after - 1] ?? '').trim() === '') after--
    lines.splice(after, 0, line)
  }
  const joined = lines.join(ending)
  return joined.endsWith(ending) ? joined : `${joined}${ending}`
}

function sectionOf(line: string): string | undefined {
  return /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim()
}

function keyOf(line: string): string | undefined {
  return /^\s*([^;#=\s][^=]*?)\s*(?:=|$)/.exec(line)?.[1]
}
