import { describe, expect, test } from 'vitest'
import { lastThatSets, nowAndAtBoot, ownShell, presence, sh, z } from '../../src/resources/written-with.ts'
import { parsed } from './shells.ts'

const shell = `# A module of the kernel.
ops_kernel_module_now() {
  ops_module_now=none ops_module_cannot=
  if [ -d "/sys/module/$1" ]; then ops_module_now=loaded
  elif ! modprobe -n -q -- "$1"; then ops_module_cannot="this kernel has no module $1"
  fi
  printf 'now=%s\\ncannot=%s\\n' "$ops_module_now" "$ops_module_cannot"
}
ops_kernel_module() {
  ops_said=$(modprobe -- "$1" 2>&1) || ops_fail "the kernel does not take $1 (\${ops_said##*: }); nothing was changed"
}
`

/** All that such a resource has to say, at its shortest: what is there or not there has one value. */
const kernelModule = nowAndAtBoot({
  type: 'kernelModule',
  doc: 'A module of the kernel: loaded now, and at boot by a file of its own in /etc/modules-load.d.',
  params: z.strictObject({
    name: z
      .string()
      .regex(/^\w[\w-]*$/, 'must be the name of a module')
      .transform(name => name.replaceAll('-', '_'))
      .describe('Its name.'),
    state: presence('`absent`: its file is gone; what is loaded stays.'),
  }),
  examples: [
    { title: 'For bridges', params: { name: 'br_netfilter' } },
    { title: 'No longer', params: { name: 'br_netfilter', state: 'absent' } },
  ],
  identity: ({ name }) => name,
  holder: 'the kernel',
  library: ownShell('kernel-module', shell),
  folder: 'modules-load.d',
  service: 'systemd-modules-load',
  file: ({ name }) => `zz-${name}.conf`,
  wanted: () => 'loaded',
  line: (_value, { name }) => name,
  tells: ({ name }) => sh`ops_kernel_module_now ${name}`,
  sets: ({ name }) => sh`ops_kernel_module ${name}`,
  pattern: ({ name }) => `^[ \t]*${name.replaceAll('_', '[_-]')}[ \t]*$`,
  atBoot: lines => lastThatSets(lines, () => 'loaded'),
  owns: ({ name }) => [`path:/sys/module/${name}/`],
})

const { definition } = kernelModule

describe('what holds now and at boot', () => {
  const params = parsed(kernelModule, { name: 'br-netfilter' })
  const seen = (rest: string) =>
    definition.parse(`kind=file\nmode=644\nowner=root\ngroup=root\nline=br_netfilter\n${rest}`, params)
  const whole =
    'cannot=\nnow=loaded\nreader=yes\nlines=both\t/etc/modules-load.d/zz-br_netfilter.conf\tbr_netfilter'

  test('is wanted in both places, and in neither once it is absent', () => {
    expect(definition.desired(params)).toMatchObject({ line: 'br_netfilter', now: 'loaded', boot: 'loaded' })
    expect(seen(whole)).toMatchObject(definition.desired(params))
    const gone = parsed(kernelModule, { name: 'br_netfilter', state: 'absent' })
    expect(definition.desired(gone)).toEqual({ file: 'absent' })
    expect(definition.impossible?.(seen('cannot=x\nnow=none\nreader=none\nlines='), gone)).toBeUndefined()
  })

  test.each([
    ['cannot=this kernel has no module\nnow=none\nreader=yes\nlines=', 'this kernel has no module'],
    [whole.replace('reader=yes', 'reader=masked'), 'nothing reads /etc/modules-load.d at boot'],
    [whole.replace('reader=yes', 'reader=none'), 'there is no systemd-modules-load'],
  ])('is refused where the host cannot have it: %j', (rest, why) => {
    expect(definition.impossible?.(seen(rest), params)).toContain(why)
    expect(seen(rest).boot).toBe('')
  })

  test('goes on running where the file that a run made is taken back', () => {
    const actual = { ...seen(whole), file: 'absent', now: 'none' }
    const back = definition.wayBack?.({ actual, desired: definition.desired(params), keys: [] }, params)
    expect(back).toMatchObject({
      params: { name: 'br_netfilter', state: 'absent' },
      stays: 'the kernel goes on with loaded; it was none',
    })
  })
})
