/** `web[01:20].example.org:2222`: the hosts that a pattern of Ansible names, and their port. */

const mostHosts = 100_000

type Expanded = { readonly names: readonly string[]; readonly port?: string } | { readonly problem: string }

/** Ranges go from left to right, as Ansible expands them. */
export function expandedHosts(pattern: string): Expanded {
  const [, bracketed, six = ''] =
    /^\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\](?::(\d+))?$/.exec(pattern) ?? []
  if (bracketed !== undefined) return { names: [bracketed], ...(six !== '' && { port: six }) }
  // An IPv6 address has colons, and no port behind it.
  if (/^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(pattern)) return { names: [pattern] }
  const [, name = pattern, port] = /^(.*[^:\]]|.*\])(?::(\d+))$/.exec(pattern) ?? []
  let names: readonly string[] = [name]
  while (names[0]?.includes('[')) {
    const [whole = '', first = '', last = '', step] =
      /^[^[]*\[([^\]:]*):([^\]:]*)(?::([^\]:]*))?\]/.exec(names[0]) ?? []
    const values = whole === '' ? undefined : valuesOf(first, last, step)
    if (values === undefined) return { problem: 'that is not a range' }
    if (values.length === 0) return { problem: 'its range is empty' }
    if (values.length * names.length > mostHosts) return { problem: `it is more than ${mostHosts} hosts` }
    const range = `[${first}:${last}${step === undefined ? '' : `:${step}`}]`
    names = names.flatMap(each => values.map(value => each.replace(range, () => value)))
  }
  if (names.some(each => each === '' || /[\]\s]/.test(each)))
    return { problem: 'that is not the name of a host' }
  return { names, ...(port !== undefined && { port }) }
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function valuesOf(first: string, last: string, step = '1'): readonly string[] | undefined {
  const begin = first === '' ? '0' : first
  const by = Number(step)
  if (!/^\d+$/.test(step) || by < 1 || last === '') return undefined
  if (letters.includes(begin) && letters.includes(last) && begin.length === 1 && last.length === 1) {
    return [...letters.slice(letters.indexOf(begin), letters.indexOf(last) + 1)].filter(
      (_, at) => at % by === 0,
    )
  }
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(last)) return undefined
  // A first number with zeros says how wide all of them are.
  const isPadded = begin.length > 1 && begin.startsWith('0')
  if (isPadded && begin.length !== last.length) return undefined
  const values: string[] = []
  for (let number = Number(begin); number <= Number(last) && values.length <= mostHosts; number += by)
    values.push(isPadded ? String(number).padStart(begin.length, '0') : String(number))
  return values
}
