/** `ocaml-dev` on a minimal host: the compiler of the distribution, and a switch that opam makes of it from a folder. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

/** What opam fetches, as far as a compiler that is there needs it: no test asks the web. */
const repository = `set -e
mkdir -p /srv/opam/packages/ocaml-system/ocaml-system.4.13.1
cd /srv/opam
echo 'opam-version: "2.0"' >repo
cat >packages/ocaml-system/ocaml-system.4.13.1/opam <<'END'
opam-version: "2.0"
synopsis: "The compiler of the system"
maintainer: "nobody@example.org"
flags: compiler
build: ["ocaml" "-version"]
END`

describeReal('ocaml-dev on a minimal host', () => {
  // The compiler of C and what else ocaml and opam bring along.
  const broughtAlong = [
    'dpkg-dev',
    'file',
    'g++',
    'git-man',
    'libcurl3-gnutls',
    'liberror-perl',
    'manpages-dev',
  ]
  const more = ['libalgorithm-merge-perl', 'libgd3', 'libncurses-dev', 'openssl', 'wget']
  const host = useHost({ storage: 'disk-without-sync', withPackages: [...broughtAlong, ...more] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  const ops = (...argv: string[]) => folder.ops([...argv, host().name, '-F', host().sshConfig])

  test('brings a compiler that is proved by programs, and has nothing to do the second time', async () => {
    const first = await ops('apply', 'ocaml-dev', '--yes')
    expect(first.stderr).toBe('')
    expect(first.code).toBe(0)
    const second = await ops('apply', 'ocaml-dev', '--yes')
    expect(second.stdout).toContain('nothing to do')
    // Past ops: a filter and a program that was compiled, by the host's own hands.
    const said =
      await host().read(`cd /root && echo 'let () = print_string (String.uppercase_ascii (read_line ()))' >f.ml &&
      ocamlfind ocamlopt -o f f.ml && echo lines | ./f && dune --version >/dev/null && find /tmp -maxdepth 1 -name 'tmp.*' | wc -l`)
    expect(said).toBe('LINES0\n')
  }, 900_000)

  test('a compiler that no longer works is found by its programs, though every package is there', async () => {
    await host().read('mv /usr/bin/ocamlopt.opt /usr/bin/ocamlopt.away')
    const found = await ops('check', 'ocaml-dev')
    await host().read('mv /usr/bin/ocamlopt.away /usr/bin/ocamlopt.opt')
    expect(found.code).not.toBe(0)
    expect(found.stdout + found.stderr).toContain('native')
    expect((await ops('check', 'ocaml-dev')).code).toBe(0)
  })

  test('opam makes a switch for a user, and the programs run there', async () => {
    await host().read(repository)
    const words = [
      'ocaml-dev',
      '--compiler',
      'ocaml-system',
      '--user',
      'deploy',
      '--repository',
      '/srv/opam',
      '--no-sandbox',
    ]
    const run = await ops('apply', ...words, '--yes')
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    expect(await host().read('su - deploy -c "opam switch list --short"')).toBe('ops\n')
    expect((await ops('apply', ...words, '--yes')).stdout).toContain('nothing to do')
  }, 900_000)

  test('a compiler of opam without a user, and a user without one, are refused', async () => {
    expect((await ops('plan', 'ocaml-dev', '--compiler', '5.2.1')).code).toBe(3)
    expect((await ops('plan', 'ocaml-dev', '--user', 'deploy')).code).toBe(3)
    expect((await ops('plan', 'ocaml-dev', '--compiler', 'newest', '--user', 'deploy')).code).toBe(3)
  })
})
