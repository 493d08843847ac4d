/** What is true of a host in general; read once per run, and only when a recipe touches it. */

export interface Address {
  readonly interface: string
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  readonly prefixLength: number
  readonly scope: 'global' | 'link' | 'host'
  /** Assigned by DHCP or router advertisement, so it may change. */
  readonly dynamic: boolean
}

export interface Facts {
  readonly os: {
    /** As in /etc/os-release: `debian`, `ubuntu`. */
    readonly id: string
    /** `12`, `24.04`; empty where the system has none (Debian testing). */
    readonly version: string
    readonly codename: string
    readonly like: readonly string[]
    readonly pretty: string
  }
  /** As `uname -m` says: `x86_64`, `aarch64`. */
  readonly architecture: string
  readonly kernel: string
  readonly hostname: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly init: 'systemd' | 'none'
  /** The user that logs in, before become. */
  readonly loginUser: string
  /** Loopback and down interfaces are left out. */
  readonly addresses: readonly Address[]
  readonly bootId: string
  readonly machineId: string
}
