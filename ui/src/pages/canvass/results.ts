/** What a door-to-door canvass (逐户走访) may find in a room: its key, its letter in the grid, its full word. */
import type { CanvassLine } from '../../bindings/CanvassLine'
import type { CanvassResult } from '../../bindings/CanvassResult'
import { canvassResults } from '../../labels'

/** In the order of the figures the desk counts. */
const letters: readonly [CanvassResult, string][] = [['agrees', '赞'], ['objects', '反'], ['either', '都可'], ['not_home', '不在'], ['no_answer', '不表态']]

/** Each with its key. */
export const results = letters.map(([value, letter], place) => ({ value, letter, label: canvassResults[value], key: String(place + 1) }))

/** What the grid writes into a cell: nothing where nobody went yet. */
export function letterOf(result: CanvassResult | null): string {
  return results.find(({ value }) => value === result)?.letter ?? ''
}

/** What a key means. */
export function resultOf(key: string): CanvassResult | null {
  return results.find((result) => result.key === key)?.value ?? null
}

/** The totals as bars, and last the rooms nobody went to yet. */
export function totals(line: CanvassLine): { key: string; value: CanvassResult | null; letter: string; label: string; count: number; share: number }[] {
  const share = (part: number): number => (line.rooms > 0 ? (100 * part) / line.rooms : 0)
  const left = line.rooms - line.visited
  return [
    ...results.map((result, place) => ({ ...result, count: line.results[place] ?? 0, share: share(line.results[place] ?? 0) })),
    { key: '', value: null, letter: '', label: '没走到', count: left, share: share(left) },
  ]
}
