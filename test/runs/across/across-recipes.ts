/** Recipes of hosts that need one another, as `across.test.ts` runs them. */

export const files = {
  'recipes/awaits.ts': `import { recipe, waitFor, z } from 'ops-recipes'
export default recipe({
  summary: 'Waits for the page of another host.',
  params: { of: z.string(), text: z.string().default('well'), seconds: z.number().default(60) },
  steps: ({ params }) => [
    waitFor({ url: \`http://\${params.of}/page\`, text: params.text, limitSeconds: params.seconds }),
    waitFor({ host: params.of, port: 80 }),
  ],
})
`,
}

export const release = `import { command, file, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'A release that migrates once.',
  params: { breaks: z.boolean().default(false) },
  steps: ({ params, host }) => [
    command(
      { run: params.breaks ? 'false' : 'until [ -e /run/go ]; do sleep 0.05; done; echo done >/etc/migrated', creates: '/etc/migrated' },
      { onceFor: 'web' },
    ),
    file({ path: '/etc/release', content: 'new\\n' }),
  ],
})
`
export const keys = `import { command, file, hostFacts, output, recipe, z } from 'ops-recipes'
export const publicKey = output('publicKey', { file: '/etc/app.pub', type: z.string().min(2) })
export const token = output('token', { file: '/etc/app.token', secret: true })
export default recipe({
  summary: 'What web servers need of the balancer.',
  params: { word: z.string(), breaks: z.boolean().default(false) },
  steps: ({ params, host, fromHost }) =>
    host.name === 'lb1'
      ? [
          file({ path: '/etc/app.token', content: 'tell-nobody\\n', mode: '0600' }),
          file({ path: '/etc/app.pub', content: params.word + '\\n' }),
          params.breaks && command({ run: 'false', creates: '/nowhere' }),
        ]
      : [
          file({ path: '/etc/own', content: 'own\\n' }),
          file({ path: '/etc/peers', content: fromHost('lb1', publicKey) + ' of ' + fromHost('lb1', hostFacts).hostname + '\\n' }),
          file({ path: '/etc/token', content: fromHost('lb1', token), mode: '0600' }),
        ],
})
`
export const mesh = `import { file, output, recipe } from 'ops-recipes'
export const key = output('key', { file: '/etc/app.pub' })
export default recipe({
  summary: 'Each reads the key of the other.',
  steps: ({ host, fromHost }) => [file({ path: '/etc/x', content: fromHost(host.name === 'web1' ? 'web2' : 'web1', key) })],
})
`
export const follows = `import { file, output, recipe, z } from 'ops-recipes'
export const mode = output('mode', { file: '/etc/app.mode', type: z.string().refine(text => text !== 'odd', 'is neither on nor off') })
export default recipe({
  summary: 'Web servers follow the mode of the balancer.',
  params: { mode: z.string() },
  steps: ({ params, host, fromHost }) => {
    if (host.name === 'lb1') return [file({ path: '/etc/app.mode', content: params.mode + '\\n' })]
    const isOn = fromHost('lb1', mode) === 'on'
    if (host.name === 'web2') return [isOn && file({ path: '/etc/extra', content: 'x\\n' })]
    return [file({ path: '/etc/follows', content: isOn ? 'enabled\\n' : 'disabled\\n' })]
  },
})
`
export const renames = `import { file, hostFacts, hostname, recipe } from 'ops-recipes'
export default recipe({
  summary: 'A web server knows the name of the balancer.',
  steps: ({ host, fromHost }) =>
    host.name === 'lb1'
      ? [hostname({ name: 'other' })]
      : [file({ path: '/etc/named', content: fromHost('lb1', hostFacts).hostname })],
})
`
export const wide = `import { file, output, recipe, z } from 'ops-recipes'
export const values = {
  file: output('value', { file: '/root/value' }),
  run: output('value', { run: 'cat /root/value' }),
}
export default recipe({
  summary: 'A copy of what the balancer has.',
  params: { by: z.enum(['file', 'run']) },
  steps: ({ params, fromHost }) => [file({ path: '/etc/copy', content: fromHost('lb1', values[params.by]) })],
})
`
export const ring = `import { file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Each comes after the other.',
  steps: () => [file({ path: '/etc/ring', content: 'x' }, { after: 'web' })],
})
`
export const late = `import { command, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'A step of which only facts tell who has it.',
  params: { not: z.string() },
  steps: ({ facts, params }) =>
    facts.hostname === params.not
      ? []
      : [command({ run: 'echo done >>/etc/late', creates: '/etc/late' }, { onceFor: 'web' })],
})
`
export const named = `import { command, recipe } from 'ops-recipes'
export default recipe({
  summary: 'A step with another name on each host.',
  steps: ({ host }) => [command({ run: 'migrate ' + host.name, creates: '/etc/named' }, { onceFor: 'web' })],
})
`
export const questions = `import { file, hostFacts, output, recipe, service, z } from 'ops-recipes'
export const broken = output('broken', { run: 'exit 7' })
export const empty = output('empty', { run: ':' })
export const made = output('made', { file: '/etc/made.key' })
export const own = output('own', { run: 'cat /etc/hostname' })
export default recipe({
  summary: 'What hosts are asked.',
  params: { of: z.string() },
  steps: ({ params: { of }, facts, host, fromHost, fromGroup }) => {
    if (of === 'peers') {
      const names = fromGroup('web', hostFacts).map(each => each.hostname).join(' ')
      return [file({ path: '/etc/names', content: names + ' ' + fromHost(host.name, own) })]
    }
    if (of === 'after facts' || of === 'gone')
      return [facts.hostname !== '' && file({ path: '/etc/late-name', content: fromHost(of === 'gone' ? 'gone' : 'lb1', own) })]
    if (host.name === 'lb1') return [service({ unit: 'nginx', running: true })]
    return [file({ path: '/etc/made', content: fromHost('lb1', of === 'broken' ? broken : of === 'empty' ? empty : made) })]
  },
})
`
