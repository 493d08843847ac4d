import { describe, expect, test } from 'vitest'
import { sysctl } from '../../../src/resources/sysctl.ts'
import {
  type AtBoot,
  type BootLine,
  lastThatSets,
  neededUnlessAbsent,
  nowAndAtBoot,
  ownShell,
  plainShell,
  presence,
  sh,
  takenOut,
  z,
} from '../../../src/resources/written-with.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { librariesOf, parsed } from '../shells.ts'

const shell = `# A module of the kernel.
ops_kernel_module_now() {
  if [ -d "/sys/module/$1" ]; then echo now=loaded
  elif ! modprobe -n -q -- "$1"; then echo "cannot=this kernel has no module $1"
  fi
}
ops_kernel_module() {
  ops_said=$(modprobe -- "$1" 2>&1) || ops_fail "the kernel does not take $1 (\${ops_said##*: }); nothing was changed"
}
`

const pagesFile = '/sys/kernel/mm/transparent_hugepage/enabled'

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
  needs: ['modprobe', 'kmod'],
  wanted: () => 'loaded',
  line: (_value, { name }) => name,
  tells: ({ name }) => sh`ops_kernel_module_now ${name}`,
  sets: ({ name }) => sh`ops_kernel_module ${name}`,
  pattern: ({ name }) => `^[ \t]*${name.replaceAll('_', '[_-]')}[ \t]*$`,
  atBoot: lines => lastThatSets(lines, () => 'loaded'),
  owns: ({ name }) => [`path:/sys/module/${name}/`],
})

/** One that is a file of the kernel needs no shell of its own. */
const hugePages = nowAndAtBoot({
  type: 'hugePages',
  doc: 'When the kernel makes large pages of memory by itself: now, and at boot by a file of its own in /etc/tmpfiles.d.',
  params: z
    .strictObject({
      value: z.enum(['always', 'madvise', 'never']).optional().describe('When.'),
      state: presence('`absent`: its file is gone; what runs stays.'),
    })
    .refine(...neededUnlessAbsent('value')),
  examples: [
    { title: 'As a database wants it', params: { value: 'never' } },
    { title: 'As the system comes', params: { state: 'absent' } },
  ],
  identity: () => 'transparent huge pages',
  holder: 'the kernel',
  library: plainShell,
  folder: 'tmpfiles.d',
  service: 'systemd-tmpfiles-setup',
  file: () => 'zz-huge-pages.conf',
  line: value => `w ${pagesFile} - - - - ${value}`,
  tells: () => sh`ops_boot_tell ${pagesFile} ${'transparent huge pages'}`,
  sets: () => sh`ops_boot_set ${pagesFile} ${'transparent huge pages'}`,
  pattern: () => `^w[!+-]*[ \t]+${pagesFile}`,
  atBoot: lines => lastThatSets(lines, text => /(\S+)\s*$/.exec(text)?.[1]),
  owns: () => [`path:${pagesFile}`],
})

const { definition } = kernelModule

describe('what holds now and at boot', () => {
  const params = parsed(kernelModule, { name: 'br-netfilter' })
  const seen = (rest: string) =>
    definition.parse(`kind=file\nmode=644\nowner=root\ngroup=root\nline=br_netfilter\n${rest}`, params)
  const whole =
    'program=yes\nnow=loaded\nreader=yes\nlines=both\t/etc/modules-load.d/zz-br_netfilter.conf\tbr_netfilter'

  test('is wanted in both places, and in neither once it is absent', () => {
    expect(definition.desired(params)).toMatchObject({ line: 'br_netfilter', now: 'loaded', boot: 'loaded' })
    expect(seen(whole)).toMatchObject(definition.desired(params))
    const gone = parsed(kernelModule, { name: 'br_netfilter', state: 'absent' })
    expect(definition.desired(gone)).toEqual({ file: 'absent' })
    expect(definition.impossible?.(seen('cannot=x\nreader=none\nlines='), gone)).toBeUndefined()
  })

  test.each([
    ['cannot=this kernel has no module\nreader=yes\nlines=', 'this kernel has no module'],
    [whole.replace('reader=yes', 'reader=masked'), 'nothing reads /etc/modules-load.d at boot'],
    [whole.replace('reader=yes', 'reader=none'), 'there is no systemd-modules-load'],
  ])('is refused where the host cannot have it: %j', (rest, why) => {
    expect(definition.impossible?.(seen(rest), params)).toContain(why)
    expect(seen(rest)).not.toHaveProperty('boot')
  })

  test('goes on running where the file that a run made is taken back', () => {
    const { now: _now, ...found } = seen(whole)
    const actual = { ...found, file: 'absent' }
    const back = definition.wayBack?.({ actual, desired: definition.desired(params), keys: [] }, params)
    expect(back).toMatchObject({
      params: { name: 'br_netfilter', state: 'absent' },
      stays: 'the kernel goes on with loaded; there was nothing',
    })
  })

  test('needs the program that it names, and asks the host nothing without it', () => {
    const lacks = 'program=none\nreader=yes\nlines='
    expect(definition.needs?.(seen(lacks), params, '')).toMatchObject({ what: 'no modprobe' })
    expect(definition.needs?.(seen(lacks), params, '')?.next).toContain("apt({ packages: ['kmod'] })")
    expect(definition.impossible?.(seen(lacks), params)).toBeUndefined()
    expect(definition.needs?.(seen(whole), params, '')).toBeUndefined()
  })
})

describe('a value that is empty', () => {
  const { definition: setting } = sysctl
  const key = 'net.ipv4.ip_local_reserved_ports'
  const params = parsed(sysctl, { key, value: '' })
  const seen = (lines: string) =>
    setting.parse(`kind=file\nmode=644\nowner=root\ngroup=root\nline=x\nreader=yes\n${lines}`, params)
  const later = (text: string) => `both\t/usr/lib/sysctl.d/zzz.conf\t${text}`

  test('is another than none, in what runs and at boot', () => {
    expect(setting.desired(params)).toMatchObject({ now: '', boot: '' })
    expect(seen(`now=\nlines=${later(`${key} =`)}`)).toMatchObject({ now: '', boot: '' })
    expect(seen(`now=\nlines=${later(`-${key}`)}`)).not.toHaveProperty('boot')
    expect(seen('cannot=x\nlines=')).not.toHaveProperty('now')
  })

  test('is overruled by a later file that takes it out, and not by one that says the same', () => {
    const why = (text: string) => setting.impossible?.(seen(`now=\nlines=${later(text)}`), params)
    expect(why(`-${key}`)).toContain(`takes ${key} out`)
    expect(why(`${key} = 80`)).toContain(`sets ${key} to 80`)
    expect(why(`${key} =`)).toBeUndefined()
  })

  test('is what the last line that says anything of it comes to', () => {
    const lines: readonly BootLine[] = ['a', 'b', ''].map(text => ({ text, by: '/x', when: 'both' }))
    const last: AtBoot | undefined = lastThatSets(lines, text => (text === 'b' ? takenOut : undefined))
    expect(last).toEqual({ value: takenOut, by: '/x' })
    expect(lastThatSets(lines, text => text)).toEqual({ value: '', by: '/x' })
  })
})

describeReal('a file of the kernel', () => {
  const host = useHost()
  const shellOf = async (text: string) =>
    (await host().read(`${librariesOf(definition)}\n(set -e; ${text}) 2>&1 || echo "code=$?"`)).trim()
  const rmem = '/proc/sys/net/ipv4/tcp_rmem'

  test.each([
    ['4096 99999 many', "does not take '4096 99999 many'"],
    ['4096 99999', "makes '4096.99999.6291456' of '4096 99999'"],
  ])('gets back what it was where the kernel takes %j in part', async (value, why) => {
    const said = await shellOf(
      `echo 4096 131072 6291456 >${rmem}; set -- '${value}'; ops_boot_set ${rmem} tcp_rmem "$1"`,
    )
    expect(said).toMatch(new RegExp(`${why}.*nothing was changed\\ncode=98`))
    expect((await host().read(`cat ${rmem}`)).trim().split(/\s+/)).toEqual(['4096', '131072', '6291456'])
  })

  test('says its value, one that is empty as well, and why it cannot be set', async () => {
    const ports = '/proc/sys/net/ipv4/ip_local_reserved_ports'
    expect(await shellOf(`echo >${ports}; ops_boot_tell ${ports} ports`)).toBe('now=')
    expect(await shellOf(`ops_boot_set ${ports} ports 8080,8081; cat ${ports}`)).toContain('8080-8081')
    expect(await shellOf(`ops_boot_tell /proc/sys/net/none none`)).toMatch(/^cannot=the kernel knows no none/)
    expect(await shellOf(`ops_boot_tell /proc/sys/vm/swappiness it`)).toMatch(
      /now=\d+\ncannot=it cannot be written/,
    )
  })

  test('that is a choice has the word in brackets as its value, also in the file that sets it at boot', async () => {
    const params = parsed(hugePages, { value: 'never' })
    const pages = hugePages.definition
    const said = await host().read(`${librariesOf(pages)}
      echo 'w+ ${pagesFile} - - - -  always ' >/usr/lib/tmpfiles.d/zzz.conf
      ${pages.probe(params).shell}
      echo real=$(grep -o '\\[.*\\]' ${pagesFile})`)
    const [observation = '', real = ''] = said.trim().split('real=')
    const actual = pages.parse(observation, params)
    expect(actual).toMatchObject({ boot: 'always', reader: 'yes' })
    expect(actual.overruled).toContain(
      'zzz.conf is read later at boot and sets transparent huge pages to always',
    )
    expect(`[${actual.now ?? ''}]`).toBe(real || '[]')
  })

  test('is read at boot by a service whose program has another name', async () => {
    expect(await shellOf('ops_boot_reader systemd-tmpfiles-setup; ops_boot_reader systemd-none')).toBe(
      'reader=yes\nreader=none',
    )
  })
})
