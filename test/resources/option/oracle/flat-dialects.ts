/** Files without sections, or nearly: sshd_config, main.cf, sysctl.conf, files of shell variables. */
import { anyCase, type Chance, equals, indents } from './chance.ts'
import { asks, type Dialect, same } from './dialect.ts'
import { postfixKeys } from './readers.ts'

const sshdKeys = {
  PermitRootLogin: ['yes', 'no', 'forced-commands-only'],
  PasswordAuthentication: ['yes', 'no'],
  X11Forwarding: ['yes', 'no'],
  MaxAuthTries: ['3', '4', '5'],
  ClientAliveInterval: ['30', '60'],
  Banner: ['/etc/issue', '/etc/motd'],
  AcceptEnv: ['LANG', 'LC_*', 'TZ'],
  LogLevel: ['ERROR', 'VERBOSE'],
} as const

function sshdLine(given: Chance): string {
  if (given.percent(15))
    return given.pick(['', '  ', `# ${given.mark()}`, `\t#PermitRootLogin ${given.mark()}`])
  const key = given.pick(Object.keys(sshdKeys)) as keyof typeof sshdKeys
  const value = given.pick<string>(sshdKeys[key])
  const written = given.percent(20) ? `"${value}"` : value
  const end = given.pick(['', '', '', '  ', '\t', ` # ${given.mark()}`])
  if (given.percent(10)) return `${given.pick(indents)}"${anyCase(given, key)}" ${written}${end}`
  const between = given.pick([' ', ' ', '  ', '\t', ' \t ', ...equals])
  return `${given.pick(indents)}${anyCase(given, key)}${between}${written}${end}`
}

const sshd: Dialect = {
  file: 'sshd_config',
  readers: ['sshd'],
  made: 40,
  beside: given =>
    given
      .times(0, 2, () => sshdLine(given))
      .map(line => `${line}\n`)
      .join(''),
  text(given) {
    const lines = [...given.times(0, 8, () => sshdLine(given))]
    if (given.percent(25))
      lines.unshift(given.pick(['Include DIR/*.cnf', 'include=DIR/beside.cnf', ' Include "DIR/beside.cnf"']))
    for (let block = given.below(3); block > 0; block--) {
      const between = given.pick([' ', '\t', '  '])
      lines.push(
        `${anyCase(given, 'Match')}${between}${given.pick(['User zoe', 'Address 10.0.0.0/8', 'User zoe', 'all'])}`,
      )
      lines.push(
        ...given.times(0, 3, () => sshdLine(given)).filter(line => !/acceptenv|loglevel/i.test(line)),
      )
    }
    return lines.map(line => `${line}\n`).join('')
  },
  asked(given) {
    const key = given.pick(Object.keys(sshdKeys)) as keyof typeof sshdKeys
    const values = sshdKeys[key].map(value => [value, value] as const)
    const wanted = { key: anyCase(given, key) }
    return asks(given, { wanted, name: key.toLowerCase(), values })
  },
}

function postfixLines(given: Chance): readonly string[] {
  const value = () =>
    given.pick(['a.example', '10.0.0.0/8', 'x y', 'a=b', 'it # is', '', 'relayhost = a', '[::1]'])
  if (given.percent(20))
    return [given.pick(['', ' ', `# ${given.mark()}`, `  # ${given.mark()}`, '#relayhost = x'])]
  const more = given.percent(40)
    ? given.times(1, 3, () =>
        given.pick([
          `  ${value()}`,
          `\t${value()},`,
          `# ${given.mark()}`,
          '',
          `   # ${given.mark()}`,
          '  relayhost = b',
          ' [x]',
        ]),
      )
    : []
  return [`${given.pick(postfixKeys)}${given.pick(equals)}${value()}${given.pick(['', '', '  '])}`, ...more]
}

const postfix: Dialect = {
  file: 'main.cf',
  readers: ['postfix'],
  made: 95,
  text: given =>
    given
      .times(0, 8, () => postfixLines(given))
      .flat()
      .map(line => `${line}\n`)
      .join(''),
  asked(given) {
    const key = given.pick(postfixKeys)
    return asks(given, {
      wanted: { key },
      name: key,
      values: same('b.example', 'a.example', 'x, y', 'p=q # r'),
    })
  },
}

const sysctlKeys = [
  'vm.swappiness',
  'net.ipv4.ip_forward',
  'net.ipv4.conf.lo.rp_filter',
  'net.ipv4.conf.all.rp_filter',
  'kernel.panic',
] as const
const withSlashes = (key: string): string => key.replaceAll(/[./]/g, sign => (sign === '.' ? '/' : '.'))

const sysctl: Dialect = {
  file: 'sysctl.conf',
  readers: ['sysctl'],
  made: 60,
  text: given =>
    given
      .times(0, 8, () => {
        if (given.percent(20))
          return given.pick(['', `# ${given.mark()}`, `; ${given.mark()}`, '#vm.swappiness = 3'])
        const key = given.pick(sysctlKeys)
        const written = given.percent(30) ? withSlashes(key) : key
        return `${given.pick(['', '', ' ', '-', '- ', ' -'])}${written}${given.pick(equals)}${given.pick(['1', '2', '0', '1 # x'])}${given.pick(['', ' '])}`
      })
      .map(line => `${line}\n`)
      .join(''),
  asked(given) {
    const key = given.pick(sysctlKeys)
    const wanted = { key: given.percent(30) ? withSlashes(key) : key }
    return asks(given, { wanted, name: key, values: same('0', '1', '2') })
  },
}

function shellLine(given: Chance): string {
  const value = () =>
    given.pick([
      'a',
      '"a b"',
      "'a b'",
      '"a\nB=1\nb"',
      "'x\n# y'",
      'a\\ b',
      '""',
      '',
      '"a \\" b"',
      '"$A c"',
      'a"b c"d',
      '$(echo x)',
    ])
  if (given.percent(25))
    return given.pick([
      '',
      `# ${given.mark()}`,
      '#A=3',
      '[ -f /nonexistent ] && . /nonexistent',
      'if [ -f /nonexistent ]; then',
      'true',
    ])
  const key = given.pick(['A', 'B', 'OPTS', 'LONG_NAME'])
  return `${given.pick(['', '', '', '  ', 'export '])}${key}=${value()}${given.pick(['', '', '', ' ', ` # ${given.mark()}`, '; B=9'])}`
}

const shell: Dialect = {
  file: 'plain-variables',
  readers: ['shell'],
  made: 40,
  text: given => {
    const lines = given.times(0, 7, () => shellLine(given))
    const closed = lines.flatMap(line => (line.startsWith('if ') ? [line, '  A=5', 'fi'] : [line]))
    return closed.map(line => `${line}\n`).join('')
  },
  asked(given) {
    const key = given.pick(['A', 'B', 'OPTS', 'LONG_NAME'])
    const values = [
      ['a', 'a'],
      ['"a b"', 'a b'],
      ["'q'", 'q'],
      ['""', ''],
    ] as const
    return asks(given, { wanted: { format: 'shell', key }, name: key, values })
  },
}

export const flatDialects = { sshd, postfix, sysctl, shell }
