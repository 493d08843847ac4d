/** What a step that runs free text may do to our own access: that is not known, and said where the text speaks of it. */
import type { Change } from '../resource.ts'
import type { Step } from '../step.ts'
import type { AccessContext } from './dangers.ts'

/** Programs and files that decide who gets in. */
const words =
  /\b(?:sshd_config|sshd?\.(?:service|socket)|authorized_keys|sudoers|visudo|ufw|nft|ip6?tables(?:-restore)?|firewall-cmd|netplan|networkctl|nmcli|ifup|ifdown|ip (?:-\d )?(?:link|addr|address|route|rule)|usermod|userdel|deluser|groupdel|delgroup|gpasswd|chsh|chpasswd|systemctl (?:-\S+ |--\S+ )*(?:stop|disable|mask|restart|reload) (?:-\S+ |--\S+ )*(?:sshd?|networking|systemd-networkd|NetworkManager|nftables|systemd-user-sessions))\b|\/etc\/(?:ssh|pam\.d|netplan|network|systemd\/network)\//

/** A line for the plan; undefined where the step says by itself what to put back, or nothing in it speaks of access. */
export function unknownNote(step: Step, change: Change, { way }: AccessContext): string | undefined {
  const { resource, params, options } = step
  if (options.access !== undefined || !resource.affects?.(params, '').includes('any:*')) return undefined
  const text = (resource.apply?.(change, params) ?? []).map(each => each.shell).join('\n')
  const ours = [...(way?.files ?? [])].find(
    ([path, area]) => (area === 'ssh' || area === 'sudo') && text.includes(path),
  )
  const word = words.exec(text)?.[0] ?? ours?.[0]
  if (word === undefined) return undefined
  return `its text names ${word}: what it does to our own access is not known, and the host takes nothing of it back. Say in \`access\` what to put back`
}
