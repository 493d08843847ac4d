/** Builds and caches what hosts of the tests boot from: a base system, and layers with packages on top. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Release, readAptConfig, release } from './apt-config.ts'
import { run } from './command.ts'
import { withLock } from './lock.ts'
import { onceARun } from './once-a-run.ts'
import { cacheFolder } from './places.ts'
import { packageNames, shortenLists, wantedNames } from './short-lists.ts'

/** The password of the users `worker` and `guest` on every host of the tests. */
export const knownPassword = 'correct horse'

/** What an image is: folders for `lowerdir=` of an overlay mount, uppermost first. */
export interface Image {
  readonly layers: readonly string[]
  /** The public part of the one host key that all hosts share: to make one takes too long. */
  readonly rsaHostKey: string
}

/** Just what a minimal server has; whatever recipes are to install stays out. */
const basePackages = ['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'iproute2']

/**
 * Users: root by key, `deploy` with sudo, `worker` with sudo by password, `guest` without sudo.
 * Timers that take the dpkg lock at odd times are off: a test that wants that lock held holds it.
 */
const setUp = `set -eu
for user in deploy:1000 worker:1001 guest:1002; do
  useradd --create-home --uid "\${user#*:}" --shell /bin/bash "\${user%:*}"
  install -d -m 0700 -o "\${user%:*}" -g "\${user%:*}" "/home/\${user%:*}/.ssh"
done
install -d -m 0700 /root/.ssh
printf '%s:${knownPassword}\\n' worker guest | chpasswd
usermod --append --groups sudo worker
echo 'deploy ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy
chmod 0440 /etc/sudoers.d/deploy
systemctl --quiet enable systemd-networkd.service
systemctl --quiet disable systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer \\
  dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
systemctl --quiet mask console-getty.service getty.target
rm -f /etc/ssh/ssh_host_ecdsa_* /etc/ssh/ssh_host_ed25519_* /etc/machine-id /etc/resolv.conf /etc/hostname
: >/etc/machine-id
`

const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)

/** Packages that hosts downloaded earlier, laid out as a layer that is offered to every host. */
export const debsLayer = join(cacheFolder, 'debs')
const archives = 'var/cache/apt/archives'

/** Keeps the packages that a host, mounted at `root`, has downloaded, for all later hosts. */
export async function keepDebs(root: string): Promise<void> {
  const target = join(debsLayer, archives)
  if (!existsSync(join(root, archives))) return
  mkdirSync(target, { recursive: true })
  const known = new Set(readdirSync(target))
  for (const name of readdirSync(join(root, archives))) {
    if (!name.endsWith('.deb') || known.has(name)) continue
    const partial = join(cacheFolder, `${name}.${process.pid}.partial`)
    await copyFile(join(root, archives, name), partial)
    renameSync(partial, join(target, name))
  }
}

/** Builds `name` in the cache unless it is there; `build` fills a folder that is moved into place when complete. */
async function cached(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const path = join(cacheFolder, name)
  if (existsSync(path)) return path
  return withLock(join(cacheFolder, `${name}.lock`), async () => {
    if (existsSync(path)) return path
    const partial = `${path}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial)
    await build(partial)
    renameSync(partial, path)
    return path
  })
}

const keptForMs = 30 * 24 * 3600_000

/** Removes images of old definitions. A base is in use for two weeks at most, so nothing young is lost. */
function removeOldImages(): void {
  for (const name of readdirSync(cacheFolder).filter(name =>
    /^(base|caches|layer|lists|names)-/.test(name),
  )) {
    const path = join(cacheFolder, name)
    if (Date.now() - statSync(path).ctimeMs > keptForMs) rmSync(path, { recursive: true, force: true })
  }
}

/** The base system. Package lists age, so it is built anew every two weeks. */
async function baseImage(wanted: Release): Promise<string> {
  const apt = await readAptConfig(wanted)
  const fortnight = Math.floor(Date.now() / (14 * 24 * 3600_000))
  const key = digest([wanted, apt.sources, ...apt.settings, ...basePackages, setUp, String(fortnight)])
  return cached(`base-${key}`, async folder => {
    removeOldImages()
    mkdirSync(join(debsLayer, archives), { recursive: true })
    const options = apt.settings.map(setting => `--aptopt=${setting}`)
    const include = `--include=${basePackages.join(',')}`
    await run(
      [
        'mmdebstrap',
        '--quiet',
        '--variant=minbase',
        '--skip=cleanup/apt',
        include,
        ...options,
        wanted,
        folder,
        '-',
      ],
      apt.sources,
    )
    await run(['chroot', folder, '/bin/sh'], setUp)
    await keepDebs(folder)
    for (const name of readdirSync(join(folder, archives))) {
      if (name.endsWith('.deb')) rmSync(join(folder, archives, name))
    }
    writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n')
  })
}

/** Runs a command of shell with `upper` mounted on top of `lowers`, uppermost first, at `$root`; `words` are its `$@`. */
async function inMount(
  upper: string,
  lowers: readonly string[],
  command: string,
  words: readonly string[] = [],
): Promise<void> {
  // The mount lives in a namespace of its own: it ends with the command, whatever happens to this process.
  const script = `set -eu
upper=$1; lowers=$2; resolv=$3; shift 3
work=$upper.work; root=$upper.root
trap 'umount --recursive "$root"; rm -rf "$work" "$root"' EXIT
rm -rf "$work" "$root"; mkdir "$work" "$root"
mount -t overlay -o "lowerdir=$lowers,upperdir=$upper,workdir=$work" overlay "$root"
cat "$resolv" >"$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
${command} </dev/null
umount "$root/proc"
rm -f "$root/etc/resolv.conf"`
  const places = [upper, [debsLayer, ...lowers].join(':'), resolverFile()]
  await run(['unshare', '--mount', 'sh', '-c', script, 'sh', ...places, ...words])
}

/**
 * The apt cache of a base: what mmdebstrap leaves does not hold for a mounted one, and to make it is a third of the work of a
 * small layer.
 */
const aptCaches = (base: string): Promise<string> =>
  cached(`caches-${basename(base)}`, folder => inMount(folder, [base], 'chroot "$root" apt-cache gencaches'))

/** What many layers hold with others: it is installed once for all of them. */
const packagesOfMany: readonly string[] = ['mariadb-server', 'postgresql']

/** Layers with these packages on top of the base, uppermost first; no service starts there. */
async function packageLayers(base: string, packages: readonly string[]): Promise<readonly string[]> {
  const ofMany = packagesOfMany.filter(name => packages.includes(name))
  const rest = packages.filter(name => !ofMany.includes(name))
  let layers: readonly string[] = []
  for (const names of [...ofMany.map(name => [name]), rest])
    if (names.length > 0) layers = [await packageLayer(base, layers, names), ...layers]
  return layers
}

/** Installs packages on top of other layers, as a layer of their own. */
async function packageLayer(
  base: string,
  lower: readonly string[],
  packages: readonly string[],
): Promise<string> {
  const wanted = [...packages].sort()
  return cached(`layer-${digest([lower[0] ?? base, ...wanted])}`, async folder => {
    const install =
      'DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "$@"'
    await inMount(folder, [...lower, await aptCaches(base), base], install, wanted)
    await keepDebs(folder)
    rmSync(join(folder, archives), { recursive: true, force: true })
  })
}

/**
 * A layer in which apt knows what the sources of the tests name, and its cache of that: a few seconds' work, anew when they
 * name another package.
 */
async function listsLayer(base: string): Promise<string> {
  const known = await cached(`names-${basename(base)}`, async folder =>
    writeFileSync(join(folder, 'names'), packageNames(base)),
  )
  const wanted = onceARun(`wanted-${basename(base)}`, () =>
    wantedNames(readFileSync(join(known, 'names'), 'utf8')).join('\n'),
  ).split('\n')
  return cached(`lists-${digest([base, ...wanted])}`, async folder => {
    removeOldImages()
    const lists = join(folder, 'var/lib/apt/lists')
    mkdirSync(lists, { recursive: true })
    shortenLists(base, wanted, lists)
    await inMount(folder, [base], 'chroot "$root" apt-cache gencaches')
  })
}

/** The resolver configuration that names real servers: a stub on loopback cannot be reached from a host. */
export function resolverFile(): string {
  const behindStub = '/run/systemd/resolve/resolv.conf'
  return existsSync(behindStub) ? behindStub : '/etc/resolv.conf'
}

/** The image with `packages` installed beforehand, and with short lists if they are asked for, built if it is not in the cache. */
export async function image(
  packages: readonly string[] = [],
  wanted: Release = release,
  shortLists = false,
): Promise<Image> {
  mkdirSync(cacheFolder, { recursive: true })
  const base = await baseImage(wanted)
  return {
    layers: [...(shortLists ? [await listsLayer(base)] : []), ...(await packageLayers(base, packages)), base],
    rsaHostKey: readFileSync(join(base, 'etc/ssh/ssh_host_rsa_key.pub'), 'utf8').trim(),
  }
}
