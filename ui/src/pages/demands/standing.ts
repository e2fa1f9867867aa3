/** How demands (督促函) are ordered, and how they are said. */
import type { DemandLine } from '../../bindings/DemandLine'
import { monthDay } from '../../format'

/** Those that wait, what is due first above; then the answered ones, the latest reply first. */
export function sorted(lines: readonly DemandLine[]): { waiting: DemandLine[]; answered: DemandLine[] } {
  return {
    waiting: lines.filter(({ demand }) => demand.replied_on === null).sort((one, other) => one.demand.due_on.localeCompare(other.demand.due_on)),
    answered: lines.filter(({ demand }) => demand.replied_on !== null).sort((one, other) => (other.demand.replied_on ?? '').localeCompare(one.demand.replied_on ?? '')),
  }
}

/** `等答复，还有 4 天`, and its look. */
export function demandStanding({ demand, late, days_left }: DemandLine): { words: string; look: 'good' | 'care' | 'needs' | 'plain' } {
  if (demand.replied_on !== null) return { words: `${monthDay(demand.replied_on)}答复`, look: 'good' }
  if (late) return { words: `超期 ${-days_left} 天没有答复`, look: 'needs' }
  return days_left === 0 ? { words: '今天到期', look: 'care' } : { words: `等答复，还有 ${days_left} 天`, look: 'plain' }
}

/** How things stand, for the head of the page. */
export function demandSentence(lines: readonly DemandLine[]): string {
  const { waiting } = sorted(lines)
  const late = waiting.filter((line) => line.late).length
  if (waiting.length === 0) return '没有在等答复的函。'
  return `等答复 ${waiting.length} 份，${late > 0 ? `其中 ${late} 份超期` : '都没有到期'}。`
}
