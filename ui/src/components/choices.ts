/** What a picker offers, and how typing finds it. */

/** One thing to pick. */
export interface Choice {
  value: string
  label: string
  /** Stands beside the label: a room, a post. */
  note?: string
  /** More ways to type it: pinyin, initials, a room's shorthand; lower case, separated by spaces. */
  keywords?: string
}

/** The choices that every typed word finds, in their order; those whose start fits come first. */
export function matching(choices: readonly Choice[], typed: string): Choice[] {
  const sought = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (sought.length === 0) return [...choices]
  const whole = (choice: Choice): string => `${choice.label} ${choice.note ?? ''} ${choice.keywords ?? ''}`.toLowerCase()
  const found = choices.filter((choice) => sought.every((word) => whole(choice).includes(word)))
  const starts = (choice: Choice): boolean => whole(choice).split(' ').some((part) => part.startsWith(sought[0] ?? ''))
  return [...found.filter(starts), ...found.filter((choice) => !starts(choice))]
}
