/** A log in combined with one bad line in a hundred, the same at each call. */

const agents = [
  'curl/7.88.1',
  'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/121.0',
  '-',
  'a, b; (c)',
]
const targets = [
  '/',
  '/shop/item/7?ref=home',
  '/api/v1/orders/83733/lines',
  '/search?q=a+b%20c',
  '/with space',
]
const statuses = [200, 200, 200, 200, 304, 404, 500]

/** The bad ones are cut, empty, of another program, or have a field too many. */
export function mixedLog(lines: number): string {
  let seed = 7
  const next = (below: number): number => {
    // The generator of C's standard, whose numbers are the same everywhere.
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (seed >> 8) % below
  }
  const text: string[] = []
  for (let index = 0; index < lines; index++) {
    const second = String(index % 60).padStart(2, '0')
    const minute = String(Math.floor(index / 60) % 60).padStart(2, '0')
    const day = String(1 + (Math.floor(index / 2000) % 28)).padStart(2, '0')
    const line = `192.0.${next(200)}.${next(250)} - ${next(20) === 0 ? 'alice' : '-'} [${day}/Nov/2026:10:${minute}:${second} +0000] "GET ${targets[next(5)]} HTTP/1.1" ${statuses[next(7)]} ${next(90_000)} "-" "${agents[next(4)]}"`
    const bad = ['', line.slice(0, 40), `nginx: [warn] line ${index}`, `${line} 0.004`]
    text.push(index % 100 === 50 ? (bad[next(4)] ?? '') : line)
  }
  return `${text.join('\n')}\n`
}
