/** Pages of what a recipe writes for other hosts: no resources of a host, and so not among those. */
import { drain } from '../../engine/across/drain.ts'
import { describeResource, type ResourceDocs } from './describe.ts'

const { params, undo: _none, ...aboutDrain } = describeResource(drain.definition)

export const acrossPages: Readonly<Record<string, ResourceDocs>> = {
  drain: {
    ...aboutDrain,
    params: params.map(each =>
      each.name === 'out' || each.name === 'in' ? { ...each, type: 'steps', required: true } : each,
    ),
    examples: [
      {
        title: 'Out of a balancer',
        code: `drain({
  on: 'lb1',
  out: [file({ path: '/etc/lb/web1', content: 'down' })],
  in: [file({ path: '/etc/lb/web1', content: 'up' })],
  pauseSeconds: 5,
})`,
      },
    ],
  },
  output: {
    type: 'output',
    doc: 'Names a value of a host, for `fromHost` and `fromGroup` to read: no step of its own.',
    params: [
      { name: 'file', type: 'text', required: false, help: 'The file whose text it is.' },
      { name: 'run', type: 'text', required: false, help: 'Else: the read-only command that prints it.' },
      { name: 'type', type: 'zod type', required: false, help: 'What makes the value of the text.' },
      { name: 'secret', type: 'true', required: false, help: 'The value is a secret, which is never shown.' },
    ],
    examples: [
      { title: 'A file', code: "output('publicKey', { file: '/etc/app/key.pub' })" },
      { title: 'A command', code: "output('version', { run: 'app --version', type: z.string().min(1) })" },
    ],
  },
}
