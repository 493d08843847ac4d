/** Reads the small XML documents that S3 answers with: elements and text; nothing in them is ever run or fetched. */

export interface Element {
  readonly name: string
  readonly children: readonly Element[]
  /** The text directly in it. */
  readonly text: string
}

interface Open {
  name: string
  children: Element[]
  text: string
}

const token =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*?)(\/?)>|([^<]+)/gy
const deepest = 32

/** The document's element. Undefined where the text is not whole XML of this simple kind. */
export function parseXml(text: string): Element | undefined {
  const root: Open = { name: '', children: [], text: '' }
  const stack: Open[] = [root]
  const source = text.replace(/^\uFEFF/, '')
  let end = 0
  for (const [whole, raw, closing, name, , selfClosing, characters] of source.matchAll(token)) {
    end += whole.length
    const top = stack.at(-1)
    if (top === undefined) return undefined
    if (raw !== undefined) top.text += raw
    else if (characters !== undefined) top.text += decoded(characters)
    else if (name !== undefined && closing === '/') {
      if (stack.length < 2 || top.name !== local(name)) return undefined
      stack.pop()
    } else if (name !== undefined) {
      const element: Open = { name: local(name), children: [], text: '' }
      top.children.push(element)
      if (selfClosing !== '/') stack.push(element)
      if (stack.length > deepest) return undefined
    }
  }
  const [document, ...more] = root.children
  return end === source.length && stack.length === 1 && more.length === 0 ? document : undefined
}

/** The children of that name. */
export const all = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter(each => each.name === name) ?? []

/** The first element at that path of names. */
export function at(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>(
    (found, name) => found?.children.find(each => each.name === name),
    element,
  )
}

/** The text of the element at that path. */
export const textAt = (element: Element | undefined, ...path: readonly string[]): string | undefined =>
  at(element, ...path)?.text

/** Text as XML content. */
export const escapedXml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, each => `&#${each.charCodeAt(0)};`)

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decoded(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
