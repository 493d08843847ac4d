/** Values as the kernel shows them in /proc and /sys, in the spelling of people. */

export const isNumbers = (value: string) => /^[\s\d-]+$/.test(value)

/** The kernel parts numbers by tabs, people by blanks; within other texts (`kernel.core_pattern`) every blank counts. */
export const plainNumbers = (value: string) =>
  isNumbers(value) ? value.trim().replaceAll(/\s+/g, ' ') : value.replace(/^[ \t]+|[ \t]+$/g, '')
