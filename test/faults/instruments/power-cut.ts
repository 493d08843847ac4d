/** A small file system whose disk can be frozen at any moment: what had not reached it by then is gone. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const sizeBytes = 8 * 1024 * 1024

/** An ext4 file system in a file, mounted over a folder. Root on Linux only. */
export class Disk {
  readonly #folder: string
  readonly #root = mkdtempSync(join(tmpdir(), 'ops-disk-'))
  readonly #image = join(this.#root, 'image')
  readonly #frozen = join(this.#root, 'frozen')

  constructor(folder: string) {
    this.#folder = folder
    writeFileSync(this.#image, '')
    truncateSync(this.#image, sizeBytes)
    // Times are written when somebody syncs, and never on their own, so that nothing but the write brings bytes there.
    run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', this.#image])
    this.#mount(this.#image)
    rmSync(join(folder, 'lost+found'), { recursive: true })
  }

  /** Everything that was written so far is on the disk. */
  settle(): void {
    run('sync', ['-f', this.#folder])
  }

  /** A command line that takes the picture of the disk that a power cut would leave. */
  get freeze(): string {
    return `cp --sparse=always ${this.#image} ${this.#frozen}`
  }

  freezeNow(): void {
    copyFileSync(this.#image, this.#frozen)
  }

  /** The host comes back: the folder holds what was on the disk. */
  comeBack(): void {
    run('umount', [this.#folder])
    this.#mount(this.#frozen)
  }

  remove(): void {
    run('umount', [this.#folder])
    rmSync(this.#root, { recursive: true })
  }

  #mount(image: string): void {
    run('mount', ['-t', 'ext4', '-o', 'loop,commit=300,noatime', image, this.#folder])
  }
}

function run(program: string, argv: readonly string[]): void {
  execFileSync(program, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Why this machine has no such disks; undefined where it has. */
export function cannotCutPower(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux'
  const folder = mkdtempSync(join(tmpdir(), 'ops-disk-'))
  try {
    new Disk(folder).remove()
    return undefined
  } catch {
    return 'needs loop devices and mkfs.ext4'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
