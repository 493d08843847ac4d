/** The users and groups that a unit file of systemd names, without which what it starts fails (217/USER, 216/GROUP). */

type AccountClaim = `user:${string}` | `group:${string}`

const setting =
  /^[ \t]*(User|Group|SupplementaryGroups|SocketUser|SocketGroup|DynamicUser)[ \t]*=[ \t]*(.*?)[ \t]*$/

/** Each once; not a number, a name with a specifier (`%i`), or one that `DynamicUser=` makes. */
export function unitAccounts(content: string): readonly AccountClaim[] {
  const named = new Map<string, readonly string[]>()
  for (const line of content.replaceAll(/\\\n(?:[ \t]*[#;].*\n)*/g, ' ').split('\n')) {
    const [, key, text = ''] = setting.exec(line) ?? []
    if (key === undefined) continue
    const words = text.split(/[ \t]+/).filter(word => word !== '')
    const isList = key === 'SupplementaryGroups' && words.length > 0
    named.set(key, isList ? [...(named.get(key) ?? []), ...words] : words)
  }
  const isDynamic = /^(?:1|yes|y|true|t|on)$/i.test(named.get('DynamicUser')?.[0] ?? '')
  const claims = [...named].flatMap(([key, words]): readonly AccountClaim[] => {
    if (key === 'DynamicUser' || (isDynamic && (key === 'User' || key === 'Group'))) return []
    const kind = key.endsWith('User') ? 'user' : 'group'
    return words.filter(isName).map((name): AccountClaim => `${kind}:${name}`)
  })
  return [...new Set(claims)]
}

const isName = (word: string): boolean => /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(word)
