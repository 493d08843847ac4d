/** What a step is called where the parts of a recipe that it came through do not matter. */

/** `nginx 2: file /etc/x` is `file /etc/x`. */
export function nameAlone({ name, type }: { readonly name: string; readonly type: string }): string {
  const at = name.indexOf(`: ${type} `)
  return name.startsWith(`${type} `) || at < 0 ? name : name.slice(at + 2)
}
