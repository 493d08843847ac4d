/** Why a unit cannot be as it is wanted, by what systemd says of it. */
import type { State, Value } from '../../engine/resource.ts'
import { fullName } from './definition.ts'
import type { Params } from './params.ts'

/** As a sentence for the plan; undefined where nothing stands in the way. */
export function impossible(actual: State, { unit, running, enabled }: Params): string | undefined {
  const name = fullName(unit)
  if (actual.unit === 'masked' && (running || enabled)) {
    const runtime = actual.enabled === 'masked-runtime' || actual.enabled === 'mask over links'
    return `${name} is masked: \`systemctl unmask ${runtime ? '--runtime ' : ''}${unit}\` if it is to run`
  }
  if (actual.oneshot === 'ends') {
    return `${name} is a oneshot without RemainAfterExit=yes: it ends when its work is done, and so it never runs. Say RemainAfterExit=yes in the unit, or leave \`running\` out and name its timer, or run it with \`command\``
  }
  if (actual.start === 'no')
    return `${name} says RefuseManualStart=yes: nobody but another unit can start it, so leave \`running\` out`
  if (actual.stop === 'no')
    return `${name} says RefuseManualStop=yes: nobody but another unit can stop it, so leave \`running\` out`
  if (actual.reload === 'no') return `${name} cannot reload: say \`onChange: 'restart'\``
  return enablingImpossible(actual.enabled ?? '', name, enabled)
}

/** Why the unit cannot be made to start at boot, or not to. */
function enablingImpossible(actual: Value, name: string, enabled: boolean | undefined): string | undefined {
  if (enabled === true && actual === 'transient') {
    return `${name} is transient: it is gone with the next boot; write its unit file with \`file\` first`
  }
  if (enabled === true && actual === 'none') {
    return `nothing starts ${name} at boot: it has no [Install] section, and no other unit wants it. Give it [Install] with WantedBy=multi-user.target, or leave \`enabled\` out`
  }
  if (enabled === false && (actual === 'static' || actual === 'generated')) {
    return `${name} is ${actual}: it has nothing to disable, other units pull it in; mask it by hand if it must never start`
  }
  return undefined
}
